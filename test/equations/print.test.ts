import { describe, expect, test } from 'vitest'
import { library } from '../../src/cells/index.ts'
import { Stream } from '../../src/core/random.ts'
import { Source, compile, printCell, readPlain } from '../../src/equations/index.ts'
import { printStep } from '../../src/graph/index.ts'
import { anyCell, fittingCell, withoutPlaces } from './trees.ts'

const read = (text: string) => readPlain(new Source(text))

describe('printing and reading', () => {
  test('is the identity on random trees', () => {
    const stream = new Stream(2, 1)
    for (let i = 0; i < 400; i++) {
      const tree = anyCell(stream)
      const text = printCell(tree)
      expect({ text, tree: withoutPlaces(read(text)) }).toEqual({ text, tree: withoutPlaces(tree) })
    }
  })

  test('keeps the graph of random cells', () => {
    const stream = new Stream(3, 1)
    for (let i = 0; i < 60; i++) {
      const cell = compile(fittingCell(stream))
      const again = compile(cell.source)
      expect(again.source).toBe(cell.source)
      expect(printStep(again.step)).toBe(printStep(cell.step))
      expect(again.sizes).toEqual(['input', 'hidden'])
    }
  })

  test.each(library.map((record) => [record.name, record.equations]))('%s', (_name, equations) => {
    const tree = read(equations)
    const text = printCell(tree)
    expect(withoutPlaces(read(text))).toEqual(withoutPlaces(tree))
    expect(printCell(read(text))).toBe(text)
  })
})

test('canonical text has the fewest brackets and no defaults', () => {
  const text = `
    input x; output h   # the defaults
    state c = 0
    a = ((W @ (h))) + ((b)) - (x - (x - 2.50))
    c' = (-a)^2 * (a / (c * c)) * (U_{hx} @ c) − -(c ^ (-2) ^ 3)
    h' = [a;
          c'] ⊙ sigmoid(V^T @ -(W @ h)) + (beta ·
          c)
    const beta = (1)`
  expect(printCell(read(text))).toBe(`const beta = 1
a = W @ h + b - (x - (x - 2.5))
c' = (-a)^2 * (a / (c * c)) * (U_hx @ c) - -c^(-2)^3
h' = [a, c'] * sigmoid(V^T @ -W @ h) + beta * c
`)
})
