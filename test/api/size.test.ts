import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Metafile } from 'esbuild'
import { expect, test } from 'vitest'
import { bundleForBrowser } from '../../scripts/browser-bundle.ts'

/** What a page with a model of characters needs; docs/performance.md has the figures. */
const modelPage = `
  import { cells, model, sample, text, train } from 'sluice'
  Object.assign(globalThis, { cells, model, sample, text, train })`

/** The package's whole entry. */
const wholePage = `export * from 'sluice'`

const zipped = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length

/** Bytes of scripts that a page loads at once, when it opens a runtime, and when it looks inside a model; as they travel. */
async function sizesOf(page: string): Promise<Record<'atOnce' | 'later' | 'inspection', number>> {
  const { outputFiles, metafile } = await bundleForBrowser({
    stdin: { contents: page, resolveDir: '.', sourcefile: 'page.js' },
    outdir: 'out',
    format: 'esm',
    splitting: true,
    minify: true,
  })
  const atOnce = importedBy('out/stdin.js', metafile)
  const sizes = { atOnce: 0, later: 0, inspection: 0 }
  for (const path of Object.keys(metafile.outputs)) {
    const { contents } = outputFiles.find((file) => file.path.endsWith(`/${path}`))!
    sizes[atOnce.has(path) ? 'atOnce' : /\binspect-/.test(path) ? 'inspection' : 'later'] += zipped(contents)
  }
  return sizes
}

/** A script and all that it imports statically. */
function importedBy(path: string, { outputs }: Metafile, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path)) return found
  found.add(path)
  for (const { kind, path: next } of outputs[path]!.imports)
    if (kind === 'import-statement') importedBy(next, { inputs: {}, outputs }, found)
  return found
}

test.each([
  ['with a model of characters', modelPage, 60],
  ['with all of Sluice', wholePage, 64],
])(
  'a page %s loads few scripts at once, and little more when it opens a runtime',
  async (_what, page, most) => {
    const { atOnce, later } = await sizesOf(page)
    expect(atOnce).toBeGreaterThan(20 * 1024)
    expect(atOnce).toBeLessThan(most * 1024)
    expect(later).toBeGreaterThan(10 * 1024)
    expect(later).toBeLessThan(40 * 1024)
  },
)

test('a page pays for what it imports', async () => {
  const { atOnce } = await sizesOf(`import { text } from 'sluice'; console.log(text.from('abc'))`)
  expect(atOnce).toBeLessThan(12 * 1024)
})

test('what looks inside a model is loaded when it is asked for, and small', async () => {
  const { inspection } = await sizesOf(wholePage)
  expect(inspection).toBeGreaterThan(4 * 1024)
  expect(inspection).toBeLessThan(16 * 1024)
})

test.each(['sluice.wasm', 'sluice-threads.wasm'])('%s travels in at most 60 KB', (file) => {
  const bytes = readFileSync(new URL(`../../build/wasm/${file}`, import.meta.url))
  expect(zipped(bytes)).toBeLessThan(60 * 1024)
  expect(bytes.length).toBeLessThan(76 * 1024)
})
