import { expect, test } from 'vitest'
import { bundleStudio, scriptBytes } from '../../scripts/build-studio.ts'

test('all scripts of the studio take less than 200 KB on their way', async () => {
  const files = await bundleStudio()
  expect(scriptBytes(files)).toBeLessThan(200_000)
  expect(files.map(({ path }) => path.replace(/.*\//, ''))).toEqual(
    expect.arrayContaining(['page.js', 'page.css', 'worker.js']),
  )
})
