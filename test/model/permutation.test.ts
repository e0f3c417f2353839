import { expect, it } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { type Layer, branches, dense, layer, stackWindow } from '../../src/model/index.ts'
import { reference } from '../../src/runtime/index.ts'
import { learned, stackProgram } from './forms.ts'

const steps = 4
const lengths = [4, 1, 0, 3, 2]
const rows = lengths.length

/** Numbers of units in another order. */
const order = [2, 0, 3, 1]

/** What a permutation of the units does to a matrix or vector: to its rows, or to columns from `at` on. */
type Move = readonly [name: string, axis: 'rows' | 'columns', at?: number]

/** What reads and makes the units of an RNN. */
const moves = (name: string): readonly Move[] => [
  [`${name}.U`, 'rows'],
  [`${name}.W`, 'rows'],
  [`${name}.W`, 'columns'],
  [`${name}.b`, 'rows'],
]

const normMoves: readonly Move[] = [
  ['layers.0.norm.gain', 'rows'],
  ['layers.0.norm.bias', 'rows'],
]

const reader: Move = ['layers.1.U', 'columns']

/** Stacks with layers of 4 units, a state that is permuted, and everything that makes or reads its units. */
const permuted: readonly (readonly [string, readonly Layer[], string, readonly Move[]])[] = [
  [
    'reverse alone',
    [layer(cells.rnn(4), { direction: 'reverse' }), cells.rnn(2)],
    'layers.0.reverse.h',
    [...moves('layers.0.reverse'), reader],
  ],
  [
    'one of both directions',
    [layer(cells.rnn(4), { direction: 'both' }), cells.rnn(2)],
    'layers.0.reverse.h',
    [...moves('layers.0.reverse'), ['layers.1.U', 'columns', 4]],
  ],
  [
    'both directions, summed',
    [layer(cells.rnn(4), { direction: 'both', join: 'sum' }), cells.rnn(2)],
    'layers.0.reverse.h',
    [...moves('layers.0'), ...moves('layers.0.reverse'), reader],
  ],
  [
    'one of both directions with a norm',
    [layer(cells.rnn(4), { direction: 'both', norm: true }), cells.rnn(2)],
    'layers.0.h',
    [...moves('layers.0'), ...normMoves, reader],
  ],
  [
    'a layer that one skips to',
    [cells.rnn(4), layer(cells.rnn(3), { skip: 'input' })],
    'layers.0.h',
    [...moves('layers.0'), ['layers.1.U', 'columns', 3]],
  ],
  [
    'a layer that others skip to',
    [cells.rnn(4), cells.rnn(2), layer(cells.rnn(3), { skip: 'all' })],
    'layers.0.h',
    [...moves('layers.0'), reader, ['layers.2.U', 'columns', 3]],
  ],
  [
    'a layer with a norm',
    [layer(cells.rnn(4), { norm: true }), cells.rnn(2)],
    'layers.0.h',
    [...moves('layers.0'), ...normMoves, reader],
  ],
  [
    'a layer of a branch',
    [branches([[cells.rnn(2)], [cells.rnn(4)]]), dense(3, 'tanh')],
    'layers.0.1.0.h',
    [...moves('layers.0.1.0'), ['layers.1.W', 'columns', 2]],
  ],
  [
    'branches, summed, with a norm',
    [
      branches([[cells.rnn(4)], [layer(cells.rnn(4), { direction: 'reverse' })]], {
        join: 'sum',
        norm: true,
      }),
      dense(3, 'tanh'),
    ],
    'layers.0.0.0.h',
    [...moves('layers.0.0.0'), ...moves('layers.0.1.0.reverse'), ...normMoves, ['layers.1.W', 'columns']],
  ],
  [
    'a layer below and above a residual',
    [cells.rnn(4), layer(cells.rnn(4), { residual: true }), cells.rnn(2)],
    'layers.0.h',
    [...moves('layers.0'), reader, ...moves('layers.1'), ['layers.2.U', 'columns']],
  ],
  [
    'dense units below',
    [dense(4, 'tanh'), layer(cells.rnn(4), { residual: true }), cells.rnn(2)],
    'layers.1.h',
    [['layers.0.W', 'rows'], ['layers.0.b', 'rows'], reader, ...moves('layers.1'), ['layers.2.U', 'columns']],
  ],
  [
    'memory behind a projection',
    [cells.projected_lstm({ hidden: 4, projection: 2 })],
    'layers.0.c',
    [
      ...['f', 'i', 'g', 'o'].flatMap((gate): readonly Move[] => [
        [`layers.0.W${gate}`, 'rows'],
        [`layers.0.b${gate}`, 'rows'],
      ]),
      ...['f', 'i', 'o'].map((gate): Move => [`layers.0.p${gate}`, 'rows']),
      ['layers.0.P', 'columns'],
    ],
  ],
  [
    'a layer of learned states',
    [layer(learned(4), { direction: 'both' }), cells.rnn(2)],
    'layers.0.h',
    [
      ['layers.0.W', 'rows'],
      ['layers.0.W', 'columns'],
      ['layers.0.b', 'rows'],
      ['layers.0.initial.h', 'rows'],
      reader,
    ],
  ],
]

it.each(permuted)(
  'a permutation of units permutes their final states only: %s',
  async (_name, layers, state, moved) => {
    const options = { input: { size: 3 }, layers, lengths: true } as const
    const { parameters } = stackWindow(options)
    const data = new Map(
      [...parameters].map(([each, { data: own }], n) => [each, own.map((x, i) => x + Math.sin(n + i) / 4)]),
    )
    const turned = new Map([...data].map(([each, own]) => [each, own.slice()]))
    for (const [each, axis, at = 0] of moved) {
      const [, columns = 1] = parameters.get(each)!.shape
      const to = turned.get(each)!
      const before = to.slice()
      before.forEach((_x, i) => {
        const [row, column] = [Math.floor(i / columns), i % columns]
        const unit = axis === 'rows' ? row : column - at
        if (order[unit] === undefined) return
        const from = axis === 'rows' ? order[row]! * columns + column : row * columns + at + order[unit]
        to[i] = before[from]!
      })
    }
    const executable = await reference.compile(stackProgram(options, { rows, steps }))
    executable.write(
      'x',
      Array.from({ length: steps * rows * 3 }, (_unused, i) => Math.sin(3 * i + 1)),
    )
    executable.write('lengths', lengths)
    const run = async (values: ReadonlyMap<string, Float32Array>) => {
      for (const [each, own] of values) executable.writeParameter(each, own)
      await executable.run({ steps, mode: 'forward' })
      return { y: executable.read('y'), h: executable.read(`${state} next`) }
    }
    const [want, got] = [await run(data), await run(turned)]
    want.y.forEach((y, i) => expect(got.y[i]).toBeCloseTo(y, 12))
    want.h.forEach((_h, i) => {
      const unit = order[i % 4]!
      expect(got.h[i]).toBeCloseTo(want.h[i - (i % 4) + unit]!, 12)
    })
    expect(got.h).not.toEqual(want.h)
  },
)
