import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Metafile } from 'esbuild'
import { beforeAll, expect, test } from 'vitest'
import { type Bundle, bundleForBrowser } from '../../scripts/browser-bundle.ts'

/** As they travel; docs/performance.md says what stands between this and the 60 KB that are wanted. */
const limit = 66 * 1024
/** What the planner and a runtime may add when one is opened. */
const laterLimit = 40 * 1024

const zipped = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length

let bundle: Bundle
let atOnce: ReadonlySet<string>
beforeAll(async () => {
  bundle = await bundleForBrowser({
    entryPoints: { index: 'src/browser.ts' },
    outdir: 'out',
    format: 'esm',
    splitting: true,
    minify: true,
  })
  atOnce = importedBy('out/index.js', bundle.metafile)
})

/** A script and all that it imports statically. */
function importedBy(path: string, { outputs }: Metafile, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path)) return found
  found.add(path)
  for (const { kind, path: next } of outputs[path]!.imports)
    if (kind === 'import-statement') importedBy(next, { inputs: {}, outputs }, found)
  return found
}

function sizeOf(isWanted: (path: string) => boolean): number {
  const paths = Object.keys(bundle.metafile.outputs)
  return bundle.outputFiles
    .filter((file) => paths.some((path) => file.path.endsWith(`/${path}`) && isWanted(path)))
    .reduce((total, { contents }) => total + zipped(contents), 0)
}

test('a page loads at most 66 KB of scripts', () => {
  const size = sizeOf((path) => atOnce.has(path))
  expect(size).toBeGreaterThan(20 * 1024)
  expect(size).toBeLessThan(limit)
})

/** What looks inside models. */
const isInspection = (path: string): boolean => /\binspect-/.test(path)

test('what it loads when it opens a runtime is little more', () => {
  const size = sizeOf((path) => !atOnce.has(path) && !isInspection(path))
  expect(size).toBeGreaterThan(10 * 1024)
  expect(size).toBeLessThan(laterLimit)
})

test('what looks inside a model is loaded when it is asked for, and small', () => {
  const size = sizeOf((path) => !atOnce.has(path) && isInspection(path))
  expect(size).toBeGreaterThan(4 * 1024)
  expect(size).toBeLessThan(16 * 1024)
})

test.each(['sluice.wasm', 'sluice-threads.wasm'])('%s travels in at most 60 KB', (file) => {
  const bytes = readFileSync(new URL(`../../build/wasm/${file}`, import.meta.url))
  expect(zipped(bytes)).toBeLessThan(60 * 1024)
  expect(bytes.length).toBeLessThan(100 * 1024)
})
