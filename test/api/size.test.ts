import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bundlePage, loadedWith, pageScript } from '../../scripts/browser-source.ts'

/** What a page with a model of characters needs; docs/performance.md has the figures. */
const modelPage = `
  import { cells, model, sample, text, train } from 'sluice'
  Object.assign(globalThis, { cells, model, sample, text, train })`

/** The package's whole entry. */
const wholePage = `export * from 'sluice'`

const zipped = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length

/** Scripts that are loaded besides, by the beginning of the name of the script that needs them first. */
const rare = { inspection: 'out/inspect-', reference: 'out/reference-' } as const

type Occasion = 'atOnce' | 'runtime' | keyof typeof rare

/** Bytes of scripts that a page loads at once, opens a runtime with, falls back on, and looks inside a model with; as they travel. */
async function sizesOf(page: string): Promise<Readonly<Record<Occasion, number>>> {
  const { outputFiles, metafile } = await bundlePage(page)
  const scripts = Object.keys(metafile.outputs)
  const seldom = (name: string): boolean => Object.values(rare).some((start) => name.startsWith(start))
  const known = new Set<string>()
  const add = (needed: readonly string[]): number => {
    const fresh = needed.flatMap((name) => [...loadedWith(name, metafile)]).filter((name) => !known.has(name))
    for (const name of fresh) known.add(name)
    const sizes = [...new Set(fresh)].map((name) =>
      zipped(outputFiles.find(({ path }) => path.endsWith(`/${name}`))!.contents),
    )
    return sizes.reduce((sum, size) => sum + size, 0)
  }
  const startingWith = (start: string): readonly string[] => scripts.filter((name) => name.startsWith(start))
  const isLoaded = (name: string): boolean => metafile.outputs[name]!.entryPoint !== undefined
  return {
    atOnce: add([pageScript]),
    runtime: add(scripts.filter((name) => isLoaded(name) && !seldom(name))),
    reference: add(startingWith(rare.reference)),
    inspection: add(startingWith(rare.inspection)),
  }
}

test.each([
  ['with a model of characters', modelPage, 59],
  ['with all of Sluice', wholePage, 62],
])(
  'a page %s loads few scripts at once, and little more when it opens a runtime',
  async (_what, page, most) => {
    const { atOnce, runtime, reference } = await sizesOf(page)
    expect(atOnce).toBeGreaterThan(20 * 1024)
    expect(atOnce).toBeLessThan(most * 1024)
    expect(runtime).toBeGreaterThan(10 * 1024)
    expect(runtime).toBeLessThan(46 * 1024)
    expect(reference).toBeGreaterThan(4 * 1024)
    expect(reference).toBeLessThan(8 * 1024)
  },
)

test('a page pays for what it imports', async () => {
  const { atOnce } = await sizesOf(`import { text } from 'sluice'; console.log(text.from('abc'))`)
  expect(atOnce).toBeLessThan(14 * 1024)
})

test('what looks inside a model is loaded when it is asked for, and small', async () => {
  const { inspection } = await sizesOf(wholePage)
  expect(inspection).toBeGreaterThan(4 * 1024)
  expect(inspection).toBeLessThan(16 * 1024)
})

test.each([
  ['sluice.wasm', 60, 22],
  ['sluice-threads.wasm', 60, 22],
  ['sluice-full.wasm', 87, 30],
  ['sluice-full-threads.wasm', 87, 30],
])('%s has at most %i KB, and travels in %i', (file, most, travelling) => {
  const bytes = readFileSync(new URL(`../../build/wasm/${file}`, import.meta.url))
  expect(bytes.length).toBeLessThan(most * 1024)
  expect(zipped(bytes)).toBeLessThan(travelling * 1024)
})
