import { library } from 'sluice'
import { compile } from 'sluice/equations'
import { describe, expect, test } from 'vitest'
import { flowsOf, valueOf } from '../../studio/src/cell/flow.ts'

const cellNamed = (name: string) => compile(library.find((record) => record.name === name)!.equations)

/** What is kept and written of the first state, with numbers for the names; `c` is the value before. */
function split(name: string, numbers: Readonly<Record<string, number>>): readonly [number, number] {
  const [flow] = flowsOf(cellNamed(name).syntax)
  const read = (wanted: string, primed: boolean): number => numbers[primed ? `${wanted}'` : wanted]!
  return [valueOf(flow!.kept, read), valueOf(flow!.written, read)]
}

describe('what becomes of a state', () => {
  test('of the LSTM: the forget gate keeps, input gate and candidate write', () => {
    expect(split('lstm', { f: 0.5, c: 4, i: 0.25, g: -1 })).toEqual([2, -0.25])
  })

  test('of the GRU: the update gate divides', () => {
    expect(split('gru', { z: 0.75, h: 2, n: -1 })).toEqual([1.5, -0.25])
  })

  test('is found through names that stand for products and sums', () => {
    expect(split('four_gate_lstm', { LTM: 2, f: 0.5, n: 1, i: 0.125 })).toEqual([1, 0.125])
  })

  test('is nothing where the old value goes through a matrix', () => {
    expect(flowsOf(cellNamed('rnn').syntax)).toEqual([])
  })

  test('is no number where an expression needs more than the unit itself', () => {
    const { syntax } = compile("h' = 0.5 * h + W @ x")
    const [flow] = flowsOf(syntax)
    expect(valueOf(flow!.kept, () => 3)).toBe(1.5)
    expect(valueOf(flow!.written, () => 3)).toBeNaN()
  })
})
