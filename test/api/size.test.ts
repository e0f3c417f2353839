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

/** Scripts that are loaded besides, by the beginnings of the names of those that are loaded first, in this order. */
const later = {
  runtime: ['out/wasm-', 'out/host-', 'out/native-'],
  work: ['out/course-', 'out/session-', 'out/evaluate-'],
  reference: ['out/reference-'],
  inspection: ['out/inspect-'],
} as const

type Occasion = 'atOnce' | keyof typeof later

/**
 * Bytes of scripts that a page loads at once, opens a runtime with, trains, samples and measures with, falls back on, and looks
 * inside a model with; as they travel.
 */
async function sizesOf(page: string): Promise<Readonly<Record<Occasion, number>>> {
  const { outputFiles, metafile } = await bundlePage(page)
  const scripts = Object.keys(metafile.outputs)
  const known = new Set<string>()
  const add = (needed: readonly string[]): number => {
    const fresh = needed.flatMap((name) => [...loadedWith(name, metafile)]).filter((name) => !known.has(name))
    for (const name of fresh) known.add(name)
    const sizes = [...new Set(fresh)].map((name) =>
      zipped(outputFiles.find(({ path }) => path.endsWith(`/${name}`))!.contents),
    )
    return sizes.reduce((sum, size) => sum + size, 0)
  }
  const atOnce = add([pageScript])
  const sizes = Object.entries(later).map(([occasion, starts]) => {
    const first = scripts.filter((name) => starts.some((start) => name.startsWith(start)))
    return [occasion, add(first)] as const
  })
  const entries = scripts.filter((name) => metafile.outputs[name]!.entryPoint !== undefined)
  expect(entries.filter((name) => !known.has(name))).toEqual([])
  return { atOnce, ...(Object.fromEntries(sizes) as Record<keyof typeof later, number>) }
}

test.each([
  ['with a model of characters', modelPage, 57],
  ['with all of Sluice', wholePage, 60],
])(
  'a page %s loads few scripts at once, and little more when it opens a runtime and trains',
  async (_what, page, most) => {
    const { atOnce, runtime, work, reference } = await sizesOf(page)
    expect(atOnce).toBeGreaterThan(20 * 1024)
    expect(atOnce).toBeLessThan(most * 1024)
    expect(runtime).toBeGreaterThan(10 * 1024)
    expect(runtime).toBeLessThan(47 * 1024)
    expect(work).toBeGreaterThan(2 * 1024)
    expect(work).toBeLessThan(6 * 1024)
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
