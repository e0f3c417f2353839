import { describe, expect, it } from 'vitest'
import {
  Builder,
  type Type,
  type Value,
  differentiate,
  interpret,
  numbers,
  valueOf,
} from '../../src/graph/all.ts'

const call = { steps: 2, rows: 2 }
const row = (...shape: number[]): Type => ({ extent: 'row', shape })
const once = (...shape: number[]): Type => ({ extent: 'once', shape })

/** A graph with values for its leaves. */
class Sheet {
  readonly build = new Builder(numbers)
  readonly #given = new Map<number, Value>()

  leaf(name: string, type: Type, data: readonly number[]): number {
    const node = this.build.leaf('input', name, type)
    this.#given.set(node, valueOf(type, call.steps, call.rows, data))
    return node
  }

  value(node: number): number[] {
    return [...interpret({ nodes: this.build.nodes }, this.#given, call, [node])[node]!.data]
  }

  /** Gradients of leaves, given the gradients of some nodes; `undefined` where there is none. */
  gradients(seeds: readonly (readonly [number, number])[], of: readonly number[]): (number[] | undefined)[] {
    const found = differentiate(this.build, new Map(seeds), of)
    return of.map((node) => (found.has(node) ? this.value(found.get(node)!) : undefined))
  }
}

describe('differentiate', () => {
  it('adds the gradients of several readers', () => {
    const sheet = new Sheet()
    const a = sheet.leaf('a', row(1), [3, 5])
    const y = sheet.build.add('add', [sheet.build.add('mul', [a, a]), a])
    expect(sheet.gradients([[y, sheet.build.constant(1)]], [a])).toEqual([[7, 11]])
  })

  it('adds the gradients of several results', () => {
    const sheet = new Sheet()
    const a = sheet.leaf('a', row(1), [3, 5])
    const b = sheet.leaf('b', row(1), [2, 4])
    const product = sheet.build.add('mul', [a, b])
    const square = sheet.build.add('mul', [a, a])
    const seeds = [
      [product, sheet.leaf('dp', row(1), [10, 100])],
      [square, sheet.leaf('ds', row(1), [1, 1])],
    ] as const
    expect(sheet.gradients(seeds, [a, b])).toEqual([
      [26, 410],
      [30, 500],
    ])
  })

  it('adds a seed on the way to what comes from behind it', () => {
    const sheet = new Sheet()
    const a = sheet.leaf('a', row(1), [3, 5])
    const b = sheet.build.add('mul', [a, sheet.build.constant(2)])
    const c = sheet.build.add('mul', [b, b])
    const seeds = [
      [b, sheet.leaf('db', row(1), [1000, 2000])],
      [c, sheet.build.constant(1)],
    ] as const
    expect(sheet.gradients(seeds, [a, b])).toEqual([
      [2024, 4040],
      [1012, 2020],
    ])
  })

  it('sums over rows and entries where a value was broadcast', () => {
    const sheet = new Sheet()
    const vector = sheet.leaf('v', once(2), [1, 2])
    const number = sheet.leaf('n', once(), [3])
    const each = sheet.leaf('e', row(), [1, 10])
    const x = sheet.leaf('x', row(2), [1, 2, 3, 4])
    const y = sheet.build.add('mul', [
      sheet.build.add('mul', [x, each]),
      sheet.build.add('mul', [vector, number]),
    ])
    expect(sheet.gradients([[y, sheet.build.constant(1)]], [vector, number, each])).toEqual([
      [3 * 31, 3 * 42],
      [31 + 2 * 42],
      [15, 33],
    ])
  })

  it('gives nothing for what the seeds do not depend on', () => {
    const sheet = new Sheet()
    const a = sheet.leaf('a', row(1), [3, 5])
    const b = sheet.leaf('b', row(1), [3, 5])
    const sign = sheet.build.add('sign', [b])
    const y = sheet.build.add('add', [a, sign])
    expect(sheet.gradients([[y, sheet.build.constant(1)]], [a, b])).toEqual([[1], undefined])
    expect(sheet.gradients([], [a])).toEqual([undefined])
  })

  it('gives the gradient of a node in the middle, and of a seeded node itself', () => {
    const sheet = new Sheet()
    const a = sheet.leaf('a', row(1), [1, 2])
    const e = sheet.build.add('exp', [a])
    const seed = sheet.leaf('seed', row(1), [7, 8])
    expect(sheet.gradients([[e, seed]], [e])).toEqual([[7, 8]])
  })

  it('refuses an operation without a derivative', () => {
    const sheet = new Sheet()
    const a = sheet.leaf('a', row(1), [1, 2])
    const rows = sheet.build.add('sum_rows', [a])
    expect(() => sheet.gradients([[rows, sheet.build.constant(1)]], [a])).toThrow(
      'sum_rows has no derivative',
    )
  })

  it('differentiates twice', () => {
    const sheet = new Sheet()
    const a = sheet.leaf('a', row(1), [3, 5])
    const cube = sheet.build.add('power', [a], { exponent: 3 })
    const first = differentiate(sheet.build, new Map([[cube, sheet.build.constant(1)]]), [a]).get(a)!
    expect(sheet.value(first)).toEqual([27, 75])
    expect(sheet.gradients([[first, sheet.build.constant(1)]], [a])).toEqual([[18, 30]])
  })
})
