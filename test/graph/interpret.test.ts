import { describe, expect, it } from 'vitest'
import { keeps, dropoutKey } from '../../src/core/dropout.ts'
import {
  Builder,
  type Type,
  ancestors,
  interpret,
  numbers,
  stepOf,
  valueOf,
  zeros,
} from '../../src/graph/all.ts'
import { value } from './differences.ts'

const row = (...shape: number[]): Type => ({ extent: 'row', shape })
const once = (...shape: number[]): Type => ({ extent: 'once', shape })
const step = (...shape: number[]): Type => ({ extent: 'step', shape })

describe('interpret', () => {
  it('computes only what is wanted', () => {
    const build = new Builder(numbers)
    const a = build.leaf('input', 'a', row(1))
    const wanted = build.add('exp', [a])
    const other = build.add('tanh', [build.leaf('input', 'never given', row(1))])
    const values = interpret(
      { nodes: build.nodes },
      new Map([[a, valueOf(row(1), 1, 1, [0])]]),
      { steps: 1, rows: 1 },
      [wanted],
    )
    expect([...values[wanted]!.data]).toEqual([1])
    expect(values[other]).toBeUndefined()
    expect(ancestors({ nodes: build.nodes }, [wanted])).toEqual(new Set([wanted, a]))
  })

  it('names a leaf that was not given', () => {
    const build = new Builder(numbers)
    build.leaf('input', 'forgotten', row(1))
    expect(() => interpret({ nodes: build.nodes }, new Map(), { steps: 1, rows: 1 })).toThrow('forgotten')
  })

  it('refuses a value of the wrong length', () => {
    expect(() => valueOf(row(3), 1, 2, [1, 2, 3])).toThrow('3 entries for a value of 6')
  })

  it('shows one step of a sequence as a view', () => {
    const sequence = valueOf(step(1), 3, 2, [1, 2, 3, 4, 5, 6])
    expect([...stepOf(sequence, 1).data]).toEqual([3, 4])
    stepOf(sequence, 1).data[0] = 9
    expect(sequence.data[2]).toBe(9)
    expect(zeros(step(2), 3, 2).data).toHaveLength(12)
  })
})

describe('operations that move entries', () => {
  const x = { type: row(3), data: [1, 2, 3, 4, 5, 6] }

  it.each([
    ['slice', { offset: 1, size: 2 }, [2, 3, 5, 6]],
    ['place', { offset: 1, size: 5 }, [0, 1, 2, 3, 0, 0, 4, 5, 6, 0]],
    ['sum', {}, [6, 15]],
    ['mean', {}, [2, 5]],
    ['sum_rows', {}, [5, 7, 9]],
  ])('%s', (op, attributes, wanted) => {
    expect(value([x], (build, [a]) => build.add(op, [a!], attributes))).toEqual(wanted)
  })

  it('concat repeats what exists once', () => {
    const both = [x, { type: once(2), data: [8, 9] }]
    expect(value(both, (build, inputs) => build.add('concat', inputs))).toEqual([
      1, 2, 3, 8, 9, 4, 5, 6, 8, 9,
    ])
  })

  it('accumulate sums products, some transposed, and biases', () => {
    const parts = [
      { type: once(2, 3), data: [1, 0, 0, 0, 1, 0] },
      x,
      { type: once(1, 2), data: [10, 20] },
      { type: row(1), data: [1, 2] },
      { type: once(2), data: [100, 200] },
    ]
    const result = value(parts, (build, inputs) =>
      build.add('accumulate', inputs, { count: 2, transposes: 'nt' }),
    )
    expect(result).toEqual([1 + 10 + 100, 2 + 20 + 200, 4 + 20 + 100, 5 + 40 + 200])
  })

  it('outer sums over steps and rows, scatter adds rows where their tokens say', () => {
    const pair = [
      { type: step(1), data: [1, 2, 3, 4] },
      { type: step(2), data: [1, 0, 0, 1, 1, 1, 2, 2] },
    ]
    expect(value(pair, (build, inputs) => build.add('outer', inputs))).toEqual([1 + 3 + 8, 2 + 3 + 8])
    const rows = [pair[0]!, { type: step(), data: [2, 0, 2, -1] }]
    expect(value(rows, (build, inputs) => build.add('scatter', inputs, { classes: 3 }))).toEqual([2, 0, 4])
  })

  it('gather gives zeros for a token outside the table', () => {
    const table = { type: once(2, 2), data: [1, 2, 3, 4] }
    const tokens = { type: step(), data: [1, 0, -1, 2] }
    expect(value([table, tokens], (build, inputs) => build.add('gather', inputs))).toEqual([
      3, 4, 1, 2, 0, 0, 0, 0,
    ])
  })
})

describe('dropout', () => {
  it('keeps what the counter-based generator says, scaled, counting units from its offset', () => {
    const build = new Builder(numbers)
    const a = build.leaf('input', 'a', step(3))
    const whole = build.add('dropout', [a], { rate: 0.5, stream: 4 })
    const part = build.add('dropout', [build.add('slice', [a], { offset: 1, size: 2 })], {
      rate: 0.5,
      stream: 4,
      offset: 1,
    })
    const data = Array.from({ length: 12 }, (_unused, i) => i + 1)
    const values = interpret({ nodes: build.nodes }, new Map([[a, valueOf(step(3), 2, 2, data)]]), {
      steps: 2,
      rows: 2,
      seed: 11,
      update: 3,
    })
    const key = dropoutKey(11, 3, 4)
    const wanted = data.map((x, i) => (keeps(key, Math.floor(i / 3), i % 3, 0.5) ? 2 * x : 0))
    expect([...values[whole]!.data]).toEqual(wanted)
    expect([...values[part]!.data]).toEqual(wanted.filter((_x, i) => i % 3 > 0))
    expect(wanted.filter((x) => x === 0).length).toBeGreaterThan(0)
  })
})
