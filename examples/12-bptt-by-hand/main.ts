import { cells } from 'sluice'
import { stackWindow } from 'sluice/model'
import { reference } from 'sluice/runtime'
import { lesson } from '../lesson.ts'
import {
  type HandCell,
  type Matrix,
  type Term,
  type Vector,
  type Weights,
  handLstm,
  handRnn,
  norm,
  terms,
  total,
} from './by-hand.ts'

const [inputs, hidden, steps] = [3, 5, 24]

/** Numbers that look like chance and are the same everywhere. */
const pseudo = (count: number, from: number): Vector =>
  Array.from({ length: count }, (_unused, i) => Math.sin(12.9898 * (from + i)) * 0.9)

const rows = (flat: ArrayLike<number>, columns: number): Matrix =>
  Array.from({ length: flat.length / columns }, (_unused, row) =>
    Array.from({ length: columns }, (_other, column) => flat[row * columns + column]!),
  )

/** The gradient of an error at the last step by hand, and by the derivative that Sluice makes of the equations. */
async function compare(
  cell: ReturnType<typeof cells.rnn>,
  made: (weights: Weights) => HandCell,
  states: number,
) {
  const { graph, parameters } = stackWindow({ input: { size: inputs }, layers: [cell] })
  const program = { graph, states: [], rows: 1, steps, gradient: { of: ['y'], inputs: [], slots: 0 } }
  const executable = await reference.compile(program)
  const x = pseudo(steps * inputs, 1)
  const error = pseudo(hidden, 500)
  for (const [name, { data }] of parameters) executable.writeParameter(name, data)
  executable.write('x', x)
  executable.write('d y', [...new Array<number>((steps - 1) * hidden).fill(0), ...error])
  await executable.run({ steps, mode: 'gradients' })

  const short = (name: string): string => name.replace('layers.0.', '')
  const weights = Object.fromEntries(
    [...parameters].map(([name, { shape, data }]) => [short(name), rows(data, shape[1] ?? 1)]),
  )
  const start = new Array<number>(hidden * states).fill(0)
  const padded = [...error, ...new Array<number>(hidden * (states - 1)).fill(0)]
  const all = terms(made(weights), start, rows(x, inputs), padded)
  const byHand = total(all)
  const differences = [...parameters.keys()].map((name) => {
    const derived = executable.readParameter(name, 'gradient')
    const mine = byHand[short(name)]!.flat()
    return norm(mine.map((value, i) => value - derived[i]!)) / norm(mine)
  })
  executable.dispose()
  return { all, difference: Math.max(...differences) }
}

/** How much of ∂E/∂s arrives a step earlier, on average, as a factor a step. */
const factor = (all: readonly Term[]): number =>
  (all.at(-1)!.arrives / all[0]!.arrives) ** (1 / (all.length - 1))

export default lesson({
  title: 'Backpropagation through time by hand: the sum over k, term by term',
  figures: {
    'rnn: by hand against autodiff, relative difference': { most: 1e-12 },
    'lstm: by hand against autodiff, relative difference': { most: 1e-12 },
    'rnn: factor of the gradient a step': { most: 0.9 },
    'lstm over rnn: gradient that arrives at the first step': { least: 5 },
  },
  async run({ log }) {
    const rnn = await compare(cells.rnn(hidden), handRnn, 1)
    const lstm = await compare(cells.lstm(hidden, { init: { bf: 3 } }), handLstm, 2)
    log('  k   |∂E/∂s_k|        |term k|     (rnn)   |∂E/∂s_k|        |term k|     (lstm)')
    rnn.all.forEach((term, index) => {
      const other = lstm.all[index]!
      const numbers = [term.arrives, term.size, other.arrives, other.size].map((value) =>
        value.toExponential(3).padEnd(14),
      )
      log(`${String(term.k).padStart(3)}   ${numbers.join('  ')}`)
    })
    return {
      'rnn: by hand against autodiff, relative difference': rnn.difference,
      'lstm: by hand against autodiff, relative difference': lstm.difference,
      'rnn: factor of the gradient a step': factor(rnn.all),
      'lstm over rnn: gradient that arrives at the first step':
        lstm.all.at(-1)!.arrives / rnn.all.at(-1)!.arrives,
    }
  },
})
