import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeBlocks } from '../../scripts/readme-blocks.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-shapes-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs all blocks as a reader does, one after the other in one process, with the sources for the package. */
async function run(blocks: readonly string[]): Promise<readonly string[]> {
  const sources = pathToFileURL(`${root}src/index.ts`).href
  const parts = blocks.map((code, index) => [join(folder, `block-${index}.mts`), code] as const)
  for (const [path, code] of parts)
    await writeFile(path, code.replaceAll("from 'sluice'", `from '${sources}'`))
  const imports = parts.map(([path]) => `console.log('#')\nawait import('${pathToFileURL(path).href}')`)
  const all = join(folder, 'all.mts')
  await writeFile(all, imports.join('\n'))
  const args = ['--import', import.meta.resolve('tsx'), all]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder })
  return stdout.split('#\n').slice(1)
}

test('every block of docs/shapes.md runs, and prints what it should', { timeout: 120_000 }, async () => {
  const blocks = codeBlocks(readFileSync(`${root}docs/shapes.md`, 'utf8'), ['ts'])
  const [one, synced, followed, written, streamed, kept] = await run(blocks.map(({ code }) => code))
  expect(one).toMatch(/\nloss true accuracy true\n2 1\n$/)
  expect(synced).toBe('1000 true\n')
  expect(followed).toBe('1\n1\n')
  expect(written).toBe('banana nab boa\n')
  expect(streamed).toBe('5000 50\n')
  expect(kept).toBe('many-to-one { scaling: { mean: 3, deviation: 2 } }\n')
})
