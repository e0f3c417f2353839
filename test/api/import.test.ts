import { execFile } from 'node:child_process'
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { compile } from '../../src/equations/compile.ts'

vi.mock(import('../../src/equations/compile.ts'), async (original) => {
  const module = await original()
  return { ...module, compile: vi.fn<typeof module.compile>(module.compile) }
})

const root = fileURLToPath(new URL('../../', import.meta.url))

let folder = ''
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'sluice-import-')))
  const options = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: join(folder, 'sluice.mjs'),
  } as const
  await build({ ...options, entryPoints: [`${root}src/index.ts`] })
})
afterAll(() => rm(folder, { recursive: true }))

const importing = `
  const globals = Object.keys(globalThis)
  const library = await import('./sluice.mjs')
  const added = Object.keys(globalThis).filter((key) => !globals.includes(key))
  console.log(JSON.stringify({ offers: Object.keys(library), added, busy: process.getActiveResourcesInfo() }))
`

/** What Node 20 called an experiment. */
const permission = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission'

test('importing the library reads no file, starts no thread and leaves nothing running', async () => {
  await writeFile(join(folder, 'import.mjs'), importing)
  // Node refuses this process all files but those of the folder, addons, threads and other processes.
  const args = [permission, `--allow-fs-read=${folder}/*`, '--no-warnings', join(folder, 'import.mjs')]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: folder })
  expect(stderr).toBe('')
  const { offers, added, busy } = JSON.parse(stdout) as Record<'offers' | 'added' | 'busy', string[]>
  expect(offers).toEqual(expect.arrayContaining(['cells', 'model', 'openRuntime', 'sample', 'text', 'train']))
  expect(added).toEqual([])
  expect(busy.filter((resource) => !/Pipe|TTY|CloseReq/.test(resource))).toEqual([])
})

test('importing the library reads no equations', async () => {
  const { cells } = await import('../../src/index.ts')
  expect(compile).not.toHaveBeenCalled()
  cells.rnn(2)
  expect(compile).toHaveBeenCalledTimes(1)
})
