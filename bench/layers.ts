import { cells } from '../src/cells/index.ts'
import { Stream } from '../src/core/random.ts'
import { bucketByLength } from '../src/data/index.ts'
import {
  type Layer,
  type LayerOptions,
  type StackWindow,
  branches,
  layer,
  stackWindow,
} from '../src/model/index.ts'
import type { Program } from '../src/runtime/index.ts'
import { slots } from './sluice/trainer.ts'

/** How long the rows of a batch are: as the window, half of a window of twice the steps, or from 1 to twice the steps. */
type Lengths = 'full' | 'half' | 'sorted' | 'bucketed'

/** One layer, what it reads being as wide as its output. */
export interface LayerForm {
  readonly name: string
  /** The layer of so many units. */
  make(units: number): Layer
  readonly lengths: Lengths
  /** Most times that a token may cost as much as in the plain layer; absent where nobody has said. */
  readonly most?: number
}

const form = (name: string, options: LayerOptions, most?: number): LayerForm => ({
  name,
  make: (units) => layer(cells.lstm(units), options),
  lengths: 'full',
  ...(most !== undefined && { most }),
})

const ragged = (name: string, lengths: Lengths, most?: number): LayerForm => ({
  ...form(name, {}, most),
  lengths,
})

/** The layer that all others are held against: one direction, nothing dropped, nothing padded. */
export const plainForm = form('plain', {})

/** Every form of layer that is measured. */
export const layerForms: readonly LayerForm[] = [
  plainForm,
  form('both directions', { direction: 'both' }, 2.1),
  form('reverse', { direction: 'reverse' }),
  form('variational dropout', { inputDropout: 0.2, stateDropout: 0.2 }, 1.05),
  ragged('padded to twice', 'half', 1.1),
  ragged('sorted lengths', 'sorted', 1.1),
  ragged('bucketed lengths', 'bucketed', 1.1),
  form('residual', { residual: true }),
  form('norm', { norm: true }),
  {
    name: 'two branches',
    make: (units) => branches([[cells.lstm(units / 2)], [cells.lstm(units / 2)]]),
    lengths: 'full',
  },
  form('output dropout', { dropout: 0.2 }),
  form('recurrent dropout', { recurrentDropout: 0.2 }),
  form('weight dropout', { weightDropout: 0.2 }),
  form('zoneout', { zoneout: 0.1 }),
]

/** The form of a name. */
export function layerForm(name: string): LayerForm {
  return layerForms.find((known) => known.name === name)!
}

/** Units of the layer, and rows and steps of a batch without padding. */
export interface LayerSize {
  readonly hidden: number
  readonly batch: number
  readonly steps: number
}

/** One batch: its longest row, and the length of each where they differ from that. */
export interface LayerBatch {
  readonly steps: number
  readonly lengths?: readonly number[]
}

/** Batches that `bucketed` cuts its sequences into. */
const buckets = 8

/** The batches of one unit of work, and how many tokens they have without padding; always the same. */
export function batchesOf({ lengths }: LayerForm, { batch, steps }: Omit<LayerSize, 'hidden'>) {
  const batches = makeBatches(lengths, batch, steps)
  const tokens = batches.reduce(
    (sum, one) => sum + (one.lengths?.reduce((total, length) => total + length, 0) ?? batch * one.steps),
    0,
  )
  return { batches, tokens }
}

function makeBatches(lengths: Lengths, batch: number, steps: number): readonly LayerBatch[] {
  if (lengths === 'full') return [{ steps }]
  if (lengths === 'half') return [{ steps: 2 * steps, lengths: Array<number>(batch).fill(steps) }]
  const random = new Stream(1)
  const count = lengths === 'sorted' ? batch : buckets * batch
  const given = Array.from({ length: count }, () => 1 + random.below(2 * steps))
  return bucketByLength(given, { batch }).batches.map(({ sequences, steps: longest }) => ({
    steps: longest,
    lengths: sequences.map((sequence) => given[sequence]!),
  }))
}

/** The window of a form, and the program that trains it on the form's batches: gradients of what it reads as well. */
export function layerProgram(
  made: LayerForm,
  { hidden, batch: rows, steps }: LayerSize,
): StackWindow & { readonly program: Program } {
  const { batches } = batchesOf(made, { batch: rows, steps })
  const window = stackWindow({
    input: { size: hidden },
    layers: [made.make(hidden)],
    lengths: made.lengths !== 'full',
    training: true,
  })
  const { graph, states } = window
  const longest = Math.max(...batches.map((batch) => batch.steps))
  const gradient = { of: ['y'], inputs: ['x'], slots }
  return { ...window, program: { graph, states, rows, steps: longest, gradient } }
}
