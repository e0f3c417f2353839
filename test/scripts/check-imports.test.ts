import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkImports, importsOf } from '../../scripts/check-imports.ts'
import { layers, nodeAllowed } from '../../scripts/import-rules.ts'

describe('importsOf', () => {
  test('finds every form, with its line', () => {
    const text = [
      "import { a } from './a.ts'",
      'import {',
      '  b,',
      "} from './b.ts'",
      "export * from './c.ts'",
      "export type { D } from './d.ts'",
      "import './e.ts'",
      "const f = await import('./f.ts')",
    ].join('\n')
    expect(importsOf(text)).toEqual([
      { specifier: './a.ts', line: 1 },
      { specifier: './b.ts', line: 2 },
      { specifier: './c.ts', line: 5 },
      { specifier: './d.ts', line: 6 },
      { specifier: './e.ts', line: 7 },
      { specifier: './f.ts', line: 8 },
    ])
  })

  test('ignores comments and exports that name no module', () => {
    const text = [
      "// import { a } from './a.ts'",
      '/**',
      " * import { b } from './b.ts'",
      " * const c = await import('./c.ts')",
      ' */',
      "export const text = 'x from y'",
      'export function f() {',
      "  return Array.from('abc')",
      '}',
    ].join('\n')
    expect(importsOf(text)).toEqual([])
  })
})

describe('checkImports', () => {
  const check = (path: string, specifier: string) => checkImports(path, `import { x } from '${specifier}'`)

  test.each([
    ['src/graph/derive.ts', './table.ts'],
    ['src/graph/operations/scan.ts', '../table.ts'],
    ['src/graph/operations/scan.ts', '../../core/errors.ts'],
    ['src/equations/parse.ts', '../graph/types.ts'],
    ['src/cells/lstm.ts', '../equations/index.ts'],
    ['src/train/loop.ts', '../runtime/index.ts'],
    ['src/index.ts', './train/index.ts'],
    ['src/cli/main.ts', 'commander'],
    ['src/cli/main.ts', 'node:path'],
    ['src/runtime/native/load.ts', 'node:module'],
    ['src/data/file.ts', 'node:fs/promises'],
  ])('%s may import %s', (path, specifier) => {
    expect(check(path, specifier)).toEqual([])
  })

  test.each([
    [
      'src/core/errors.ts',
      '../graph/types.ts',
      'src/core may not import src/graph (it may import nothing else)',
    ],
    ['src/data/text.ts', '../graph/types.ts', 'src/data may not import src/graph (it may import only core)'],
    ['src/cells/lstm.ts', '../plan/index.ts', 'src/cells may not import src/plan'],
    ['src/plan/fuse.ts', '../equations/index.ts', 'src/plan may not import src/equations'],
    ['src/graph/operations/scan.ts', '../../plan/index.ts', 'src/graph may not import src/plan'],
    ['src/train/loop.ts', '../cli/main.ts', 'src/train may not import src/cli'],
    ['src/index.ts', './cli/main.ts', 'the library may not import src/cli'],
    ['src/cells/lstm.ts', '../index.ts', "may not import the package's entry"],
    ['src/odd/thing.ts', '../core/errors.ts', 'src/odd has no row in scripts/import-rules.ts'],
    ['src/core/x.ts', '../../scripts/files.ts', 'leaves src'],
    ['src/train/loop.ts', 'node:fs', "'node:fs' does not exist in a browser"],
    ['src/data/files.ts', 'node:fs', "'node:fs' does not exist in a browser"],
    ['src/cli/main.ts', 'fs', "write 'node:fs'"],
    ['src/core/x.ts', 'commander', 'may be imported only from src/cli/'],
    ['src/core/x.ts', 'left-pad', "'left-pad' is not a package that src may import"],
  ])('%s may not import %s', (path, specifier, reason) => {
    const [complaint, ...others] = check(path, specifier)
    expect(complaint).toContain(`${path}:1: `)
    expect(complaint).toContain(reason)
    expect(others).toEqual([])
  })

  test('names a folder without a row even if it imports nothing', () => {
    expect(checkImports('src/odd/thing.ts', 'export const x = 1\n')).toEqual([
      'src/odd/thing.ts:1: folder src/odd has no row in scripts/import-rules.ts; give it one',
    ])
  })
})

describe('the rules', () => {
  test('let a folder see only folders above it', () => {
    const order = Object.keys(layers)
    for (const [folder, allowed] of Object.entries(layers)) {
      expect(order.slice(0, order.indexOf(folder))).toEqual(expect.arrayContaining([...allowed]))
    }
  })

  test('agree with the linter on where Node may be used', () => {
    const config = JSON.parse(readFileSync(new URL('../../.oxlintrc.json', import.meta.url), 'utf8')) as {
      overrides: { files: string[]; rules: Record<string, unknown> }[]
    }
    const exempt = config.overrides.find(({ rules }) => rules['no-restricted-globals'] === 'off')
    expect(exempt?.files).toEqual(nodeAllowed.map((place) => place.replace(/\/$/, '/**')))
  })
})
