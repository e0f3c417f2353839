import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { cellPages, countsOf, differences } from '../../scripts/cell-pages.ts'
import { polynomialText, productOf, valueAt } from '../../scripts/polynomial.ts'
import { codeBlocks } from '../../scripts/readme-blocks.ts'
import { library } from '../../src/cells/index.ts'
import { Size, canonicalText, compile } from '../../src/equations/index.ts'

const named = library.map(({ name, equations }) => [name, compile(equations, { name })] as const)
const cellOf = (name: string) => named.find(([own]) => own === name)![1]
const pages = cellPages()
const sizes = { input: 3, hidden: 4, projection: 2 }

describe('the page of', () => {
  test.each(named)('%s has the equations of the library', (name, cell) => {
    const page = pages.get(`docs/cells/${name}.md`)!
    const [block] = codeBlocks(page, ['eq'])
    expect(canonicalText(compile(block!.code).step)).toBe(canonicalText(cell.step))
    expect(page).toContain(String.raw`\begin{align*}`)
    expect(pages.get('docs/cells/README.md')).toContain(`(${name}.md)`)
    expect(pages.get(`docs/cells/${name}.svg`)).toMatch(/^<svg .*<\/svg>\n$/s)
  })
})

test.each(named)('the formulas of %s count its parameters and products', (_name, cell) => {
  const given = Object.fromEntries(cell.sizes.map((size) => [size, sizes[size as 'hidden']]))
  const { nodes, parameters } = cell.graph(given)
  const entries = (node: number): number => nodes[node]!.type.shape.reduce((a, b) => a * b, 1)
  const { weights, products } = countsOf(cell)
  expect(valueAt(weights, sizes)).toBe(parameters.reduce((sum, { node }) => sum + entries(node), 0))
  const matrices = nodes.flatMap(({ op, inputs }) => (op === 'product' ? [inputs[0]!] : []))
  expect(valueAt(products, sizes)).toBe(matrices.reduce((sum, node) => sum + entries(node), 0))
})

test('formulas are written from the highest power down', () => {
  expect(polynomialText(countsOf(cellOf('lstm')).weights)).toBe('4 hidden² + 4 hidden·input + 4 hidden')
  const [hidden, input] = [Size.named('hidden'), Size.named('input')]
  const shape = [hidden.plus(Size.of(2)), hidden.plus(input)]
  expect(polynomialText(productOf(shape))).toBe('hidden² + hidden·input + 2 hidden + 2 input')
  expect(polynomialText(new Map())).toBe('0')
})

test('a cell stands beside the LSTM line by line', () => {
  const kinds = (name: string): string =>
    differences(cellOf(name))
      .map(({ value, kind }) => `${value} ${kind}`)
      .join(', ')
  expect(kinds('peephole_lstm')).toBe("f changed, i changed, g same, c' same, o changed, h' same")
  expect(kinds('coupled_lstm')).toBe("f same, i changed, g same, c' same, o same, h' same")
  expect(kinds('lstm_fgr')).toBe("f' changed, i' changed, g same, c' changed, o' changed, h' changed")
  expect(kinds('rnn')).toBe("f missing, i missing, g missing, c' missing, o missing, h' changed")
  expect(differences(cellOf('projected_lstm')).at(-1)).toEqual({
    value: 'm',
    here: "o * tanh(c')",
    kind: 'added',
  })
})

test('the folder holds the pages and nothing else', () => {
  const folder = new URL('../../docs/cells/', import.meta.url)
  const files = readdirSync(folder).map((name) => `docs/cells/${name}`)
  expect(files.toSorted()).toEqual([...pages.keys()].toSorted())
  for (const [path, text] of pages) {
    const stored = readFileSync(new URL(path.slice('docs/cells/'.length), folder), 'utf8')
    expect(stored === text).toBe(true)
  }
})
