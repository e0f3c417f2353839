import { describe, expect, test } from 'vitest'
import { coverageComplaints, coverageRows, titles } from '../../scripts/check-coverage.ts'

const page = `
## Cells

| cell | file | test |
|---|---|---|
| [one](cells/one.md) | test/a.test.ts | %s works |
| \`two\` | test/a.test.ts | two alone |

## Layers

| layer | file | test |
|---|---|---|
| dropout | test/b.test.ts | drops |

## Concepts

| concept | file | test | lesson |
|---|---|---|---|
| learning | test/b.test.ts | drops | 01-first |
`

const files: Readonly<Record<string, string>> = {
  'test/a.test.ts': `test.each(Object.entries({ one, two }))('%s works', (name) => {})\ntest('two alone', () => {})`,
  'test/b.test.ts': `describe.each<[string, () => void]>([['a', () => f()]])("drops", () => {})`,
}

const complaints = (
  text = page,
  cells: readonly string[] = ['one', 'two'],
  lessons: readonly string[] = ['01-first'],
): readonly string[] => coverageComplaints(text, { cells, lessons }, (path) => files[path])

test('the rows of a page are read with their section', () => {
  expect(coverageRows(page)).toEqual([
    { section: 'Cells', name: 'one', file: 'test/a.test.ts', test: '%s works', lesson: undefined },
    { section: 'Cells', name: 'two', file: 'test/a.test.ts', test: 'two alone', lesson: undefined },
    { section: 'Layers', name: 'dropout', file: 'test/b.test.ts', test: 'drops', lesson: undefined },
    { section: 'Concepts', name: 'learning', file: 'test/b.test.ts', test: 'drops', lesson: '01-first' },
  ])
})

test('titles are read, also behind tables of cases', () => {
  const text = "it('a (b)', f)\ntest.each([[1, g(2)]] as const)('c %s', f)\ndescribe(`d`, f)\nexpect('e')"
  expect([...titles(text)]).toEqual(['a (b)', 'c %s', 'd'])
})

describe('a page', () => {
  test('that is right gives nothing', () => {
    expect(complaints()).toEqual([])
  })

  test('must list every cell and no others', () => {
    expect(complaints(page, ['one', 'two', 'three'])).toEqual(['the cell three has no test here'])
    expect(complaints(page, ['one'])).toEqual(['there is no cell two'])
  })

  test('must name files and tests that there are', () => {
    expect(complaints(page.replaceAll('test/b', 'test/c'))).toEqual([
      'dropout: there is no file test/c.test.ts',
      'learning: there is no file test/c.test.ts',
    ])
    expect(complaints(page.replace('two alone', 'two'))).toEqual(['two: test/a.test.ts has no test "two"'])
  })

  test('must name every lesson and no others', () => {
    expect(complaints(page, undefined, ['01-first', '02-second'])).toEqual([
      'the lesson 02-second shows nothing here',
    ])
    expect(complaints(page, undefined, [])).toEqual(['learning: there is no lesson 01-first'])
  })

  test('must name files that speak of the cell', () => {
    const text = page.replace('[one](cells/one.md)', 'three')
    expect(complaints(text, ['two', 'three'])).toEqual(['three: test/a.test.ts does not speak of three'])
  })
})
