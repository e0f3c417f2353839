import { expect, test, vi } from 'vitest'
import { text } from '../../src/data/file.ts'

// Whoever runs the tests may be allowed to read everything, so the file system's refusal is given here.
vi.mock('node:fs/promises', () => ({
  readFile: async () => {
    throw Object.assign(new Error('permission denied'), { code: 'EACCES' })
  },
}))

test('a file that may not be read is refused, with what to do', async () => {
  await expect(text.file('forbidden.txt')).rejects.toMatchObject({
    code: 'text-file',
    message: 'forbidden.txt may not be read; check its permissions.',
  })
})
