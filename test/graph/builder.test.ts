import { describe, expect, it } from 'vitest'
import { Builder, type Type, numbers } from '../../src/graph/index.ts'

const row = (...shape: number[]): Type => ({ extent: 'row', shape })
const once = (...shape: number[]): Type => ({ extent: 'once', shape })

describe('Builder', () => {
  it('makes equal nodes once', () => {
    const build = new Builder(numbers)
    const a = build.leaf('input', 'a', row(3))
    expect(build.leaf('input', 'a', row(3))).toBe(a)
    const sum = build.add('add', [a, a])
    expect(build.add('add', [a, a])).toBe(sum)
    expect(build.constant(2)).toBe(build.constant(2))
    expect(build.constant(2)).not.toBe(build.constant(3))
    expect(build.add('slice', [a], { offset: 0, size: 2 })).not.toBe(
      build.add('slice', [a], { offset: 1, size: 2 }),
    )
    expect(build.leaf('state', 'a', row(3))).not.toBe(a)
    expect(build.nodes).toHaveLength(7)
  })

  it('knows the nodes that it starts with', () => {
    const first = new Builder(numbers)
    const a = first.leaf('input', 'a', row(3))
    const b = first.add('tanh', [a])
    const second = new Builder(numbers, first.nodes)
    expect(second.add('tanh', [a])).toBe(b)
    second.add('exp', [a])
    expect(first.nodes).toHaveLength(2)
  })

  it('names a node that had no name, and keeps the first name', () => {
    const build = new Builder(numbers)
    const a = build.leaf('input', 'a', row(3))
    const b = build.add('tanh', [a])
    build.add('tanh', [a], {}, 'first')
    build.add('tanh', [a], {}, 'second')
    expect(build.nodes[b]!.name).toBe('first')
  })

  it('finds types: scalars and what exists once broadcast', () => {
    const build = new Builder(numbers)
    const vector = build.leaf('parameter', 'v', once(3))
    const number = build.leaf('input', 'n', row())
    const sequence = build.leaf('input', 's', { extent: 'step', shape: [3] })
    expect(build.type(build.add('mul', [vector, number]))).toEqual(row(3))
    expect(build.type(build.add('add', [number, sequence]))).toEqual({ extent: 'step', shape: [3] })
    expect(build.type(build.add('concat', [vector, sequence]))).toEqual({ extent: 'step', shape: [6] })
    expect(build.type(build.zeros(row(5)))).toEqual(row(5))
    expect(build.type(build.zeros(row()))).toEqual(row())
  })

  it.each<[string, (build: Builder) => unknown]>([
    [
      'Sizes 3 and 4 differ',
      (build) => build.add('add', [build.leaf('input', 'a', row(3)), build.leaf('input', 'b', row(4))]),
    ],
    [
      'Sizes 2 and 3 differ',
      (build) =>
        build.add('product', [build.leaf('parameter', 'W', once(5, 2)), build.leaf('input', 'a', row(3))]),
    ],
    [
      'no 2 equal blocks',
      (build) => build.add('block', [build.leaf('input', 'a', row(3))], { index: 0, count: 2 }),
    ],
    ['no operation "plus"', (build) => build.add('plus', [])],
    ['add with 1 inputs', (build) => build.add('add', [build.leaf('input', 'a', row(3))])],
    ['node 7 of 0', (build) => build.type(7)],
  ])('%s', (message, write) => {
    expect(() => write(new Builder(numbers))).toThrow(message)
  })
})
