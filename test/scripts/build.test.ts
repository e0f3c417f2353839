import { expect, test } from 'vitest'
import { withJsEndings } from '../../scripts/build.ts'
import { missingFile, unoffered } from '../../scripts/check-exports.ts'

test('declarations get .js endings on relative modules', () => {
  const text =
    "export { a } from './a.ts'\nexport declare const b: import('../b.ts').B\nimport type { C } from 'commander'\n"
  expect(withJsEndings(text)).toBe(
    "export { a } from './a.js'\nexport declare const b: import('../b.js').B\nimport type { C } from 'commander'\n",
  )
})

test('an entry needs its module and its types', () => {
  const made = new Set(['./dist/index.js', './dist/index.d.ts', './dist/graph/index.js'])
  const exists = (path: string) => made.has(path)
  expect(missingFile('.', './dist/index.js', exists)).toBeUndefined()
  expect(missingFile('./graph', './dist/graph/index.js', exists)).toBe(
    "'./graph' has no types: ./dist/graph/index.d.ts is missing",
  )
  expect(missingFile('./data', './dist/data/index.js', exists)).toBe(
    "'./data' points at ./dist/data/index.js, which the build did not make",
  )
})

test('what the sources hold for users must be offered', () => {
  const written = new Set([
    'src/graph/index.ts',
    'src/train/index.ts',
    'src/plan/index.ts',
    'src/cli/main.ts',
  ])
  const exists = (path: string) => written.has(path)
  const exports = { '.': './dist/index.js', './graph': './dist/graph/index.js' }
  expect(unoffered({ name: 'sluice', exports }, exists)).toEqual([
    "src/train/index.ts is there, but exports has no './train'",
    "src/cli/main.ts is there, but bin has no 'sluice': 'dist/cli/main.js'",
  ])
  const bin = { sluice: 'dist/cli/main.js' }
  const all = { ...exports, './train': './dist/train/index.js' }
  expect(unoffered({ name: 'sluice', bin, exports: all }, exists)).toEqual([])
})
