import { expect, it } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { type Layer, branches, dense, layer, stackWindow } from '../../src/model/index.ts'
import { reference } from '../../src/runtime/index.ts'
import { stackProgram } from './forms.ts'

type Vector = readonly number[]
type Sequence = readonly Vector[]

const steps = 4
const lengths = [4, 1, 0, 3, 2]
const rows = lengths.length

/** The parameters of a window, by hand. */
class Hand {
  readonly #parameters: ReadonlyMap<string, { readonly data: ArrayLike<number> }>

  constructor(parameters: ReadonlyMap<string, { readonly data: ArrayLike<number> }>) {
    this.#parameters = parameters
  }

  #data(name: string): Vector {
    return Array.from(this.#parameters.get(name)!.data)
  }

  #times(name: string, x: Vector): Vector {
    const data = this.#data(name)
    return Array.from({ length: data.length / x.length }, (_unused, i) =>
      x.reduce((sum, each, k) => sum + data[i * x.length + k]! * each, 0),
    )
  }

  /** h' = tanh(U @ x + W @ h + b) from zero, in the order of the sequence. */
  rnn(name: string, sequence: Sequence): Sequence {
    const b = this.#data(`${name}.b`)
    let h: Vector = b.map(() => 0)
    return sequence.map((x) => {
      const [fromX, fromH] = [this.#times(`${name}.U`, x), this.#times(`${name}.W`, h)]
      h = b.map((bias, i) => Math.tanh(fromX[i]! + fromH[i]! + bias))
      return h
    })
  }

  back(name: string, sequence: Sequence): Sequence {
    return this.rnn(`${name}.reverse`, sequence.toReversed()).toReversed()
  }

  relu(name: string, sequence: Sequence): Sequence {
    const b = this.#data(`${name}.b`)
    return sequence.map((x) => this.#times(`${name}.W`, x).map((y, i) => Math.max(0, y + b[i]!)))
  }

  norm(name: string, sequence: Sequence): Sequence {
    const [gain, bias] = [this.#data(`${name}.norm.gain`), this.#data(`${name}.norm.bias`)]
    return sequence.map((x) => {
      const mean = x.reduce((sum, each) => sum + each, 0) / x.length
      const variance = x.reduce((sum, each) => sum + (each - mean) ** 2, 0) / x.length
      return x.map((each, i) => (gain[i]! * (each - mean)) / Math.sqrt(variance + 1e-5) + bias[i]!)
    })
  }
}

const join = (...parts: readonly Sequence[]): Sequence =>
  parts[0]!.map((_x, step) => parts.flatMap((part) => part[step]!))
const sum = (...parts: readonly Sequence[]): Sequence =>
  parts[0]!.map((x, step) => x.map((_each, i) => parts.reduce((total, part) => total + part[step]![i]!, 0)))

const [first, second] = ['layers.0', 'layers.1'] as const

/** Each form of a layer over vectors of 3 entries, and what it is by hand. */
const cases: readonly (readonly [string, readonly Layer[], (hand: Hand, x: Sequence) => Sequence])[] = [
  ['reverse alone', [layer(cells.rnn(4), { direction: 'reverse' })], (hand, x) => hand.back(first, x)],
  [
    'both directions, concatenated',
    [layer(cells.rnn(4), { direction: 'both' })],
    (hand, x) => join(hand.rnn(first, x), hand.back(first, x)),
  ],
  [
    'both directions, summed',
    [layer(cells.rnn(4), { direction: 'both', join: 'sum' })],
    (hand, x) => sum(hand.rnn(first, x), hand.back(first, x)),
  ],
  ['residual', [layer(cells.rnn(3), { residual: true })], (hand, x) => sum(x, hand.rnn(first, x))],
  [
    'skip of the input',
    [cells.rnn(4), layer(cells.rnn(2), { skip: 'input' })],
    (hand, x) => hand.rnn(second, join(x, hand.rnn(first, x))),
  ],
  [
    'skip of all, the first layer having nothing to skip',
    [layer(cells.rnn(4), { skip: 'all' }), cells.rnn(2), layer(cells.rnn(2), { skip: 'all' })],
    (hand, x) => {
      const h = hand.rnn(first, x)
      const g = hand.rnn(second, h)
      return hand.rnn('layers.2', join(x, h, g))
    },
  ],
  ['norm', [layer(cells.rnn(4), { norm: true })], (hand, x) => hand.norm(first, hand.rnn(first, x))],
  [
    'norm behind a residual',
    [layer(cells.rnn(3), { norm: true, residual: true })],
    (hand, x) => hand.norm(first, sum(x, hand.rnn(first, x))),
  ],
  [
    'branches, concatenated, and a dense layer',
    [branches([[cells.rnn(4)], [cells.rnn(2), cells.rnn(3)]]), dense(5, 'relu')],
    (hand, x) =>
      hand.relu(
        second,
        join(hand.rnn('layers.0.0.0', x), hand.rnn('layers.0.1.1', hand.rnn('layers.0.1.0', x))),
      ),
  ],
  [
    'branches, summed',
    [branches([[cells.rnn(4)], [layer(cells.rnn(4), { direction: 'reverse' })]], { join: 'sum' })],
    (hand, x) => sum(hand.rnn('layers.0.0.0', x), hand.back('layers.0.1.0', x)),
  ],
]

it.each(cases)('a layer is what it is by hand: %s', async (_name, layers, byHand) => {
  const { parameters: started, size } = stackWindow({ input: { size: 3 }, layers })
  const parameters = new Map(
    [...started].map(([name, { data }], n) => [name, { data: data.map((x, i) => x + Math.sin(n + i) / 4) }]),
  )
  const executable = await reference.compile(
    stackProgram({ input: { size: 3 }, layers, lengths: true }, { rows, steps }),
  )
  const x = Array.from({ length: steps * rows * 3 }, (_unused, i) => Math.sin(3 * i + 1))
  executable.write('x', x)
  executable.write('lengths', lengths)
  for (const [name, { data }] of parameters) executable.writeParameter(name, data)
  await executable.run({ steps, mode: 'forward' })
  const y = executable.read('y')
  const hand = new Hand(parameters)
  for (const [row, length] of lengths.entries()) {
    const at = (step: number): number => (step * rows + row) * 3
    const own = Array.from({ length }, (_unused, step) => x.slice(at(step), at(step) + 3))
    const want = byHand(hand, own)
    for (let step = 0; step < steps; step++)
      for (let i = 0; i < size; i++)
        expect(y[(step * rows + row) * size + i]).toBeCloseTo(want[step]?.[i] ?? 0, 12)
  }
})
