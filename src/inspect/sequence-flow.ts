import { SluiceError } from '../core/errors.ts'
import { knownKeys, wholeNumber } from '../data/index.ts'
import type { SequenceModel } from '../model/index.ts'
import type { Executable } from '../runtime/index.ts'
import { layersOf } from './adapt.ts'
import { execute } from './executing.ts'
import {
  type GradientFlow,
  type GradientFlowOptions,
  type StateFlow,
  flowProgram,
  memoryOf,
  spread,
  statefulLayers,
  summary,
} from './gradient-flow.ts'
import { nudgeOf } from './nudges.ts'
import type { NamedScan } from './scans.ts'
import { type InspectedSequence, batchOf, laidSequences, readsSource, writeBatch } from './sequences.ts'
import { norm } from './vectors.ts'

/**
 * Follows the last answers of sequences back, to the target or else the likeliest class, as `gradientFlow` does; an encoder's
 * steps are counted from the end of what it reads.
 */
export async function sequenceFlow(
  model: SequenceModel,
  given: readonly InspectedSequence[],
  options: GradientFlowOptions,
): Promise<GradientFlow> {
  knownKeys('gradientFlow', options, ['runtime', 'layers', 'steps', 'predictions'])
  const { shape, output } = model.config
  if ('ctc' in output) throw new SluiceError('inspect-sequence/labels')
  const most = wholeNumber('predictions', options.predictions ?? 32, 1)
  const longest = wholeNumber('steps', options.steps ?? 100, 1)
  const followed = spread(given.length, most).map((number) => given[number]!)
  const laid = await laidSequences(model, followed, options.runtime, true)
  const steps = laid.reduce((sum, each) => Math.max(sum, each.steps), 1)
  // The last answer of a synced model has from the other direction no more than one step.
  const isFollowed = ({ name }: NamedScan): boolean => shape !== 'synced' || !/\.reverse\b/.test(name)
  const layers = statefulLayers(layersOf(model), options.layers).filter(isFollowed)
  const rows = laid.length
  const program = flowProgram(model.program({ rows, steps, training: false }), layers)
  const executable = await execute(model, program, options.runtime)
  try {
    const batch = batchOf(model, laid, steps)
    const answers = lastAnswers(batch.inputs, rows)
    writeBatch(executable, program, { ...batch, inputs: answers.inputs })
    await executable.run({ steps: batch.steps, mode: 'gradients', share: rows })
    const ends = (layer: NamedScan): readonly number[] =>
      readsSource(layer.name) ? laid.map(({ read }) => read) : answers.ends
    return summary(
      layers.flatMap((layer) => flowsOf(executable, layer, ends(layer), longest)),
      rows,
    )
  } finally {
    executable.dispose()
  }
}

type Inputs = Readonly<Record<string, ArrayLike<number>>>

/** Inputs of a batch of which the last answer of each row alone counts, and the steps up to that. */
function lastAnswers(
  inputs: Inputs,
  rows: number,
): { readonly inputs: Inputs; readonly ends: readonly number[] } {
  const [name, none] = 'mask' in inputs ? (['mask', 0] as const) : (['targets', -1] as const)
  const all = Array.from(inputs[name]!)
  const last = Array.from({ length: rows }, (_unused, row) =>
    all.findLastIndex((value, place) => place % rows === row && value !== none),
  )
  const counted = new Int32Array(all.length).fill(none)
  for (const place of last) if (place >= 0) counted[place] = all[place]!
  return { inputs: { ...inputs, [name]: counted }, ends: last.map((place) => Math.floor(place / rows) + 1) }
}

function flowsOf(
  executable: Executable,
  layer: NamedScan,
  ends: readonly number[],
  longest: number,
): readonly StateFlow[] {
  return layer.step.states.map(({ name, next }) => {
    const size = layer.step.nodes[next]!.type.shape[0]!
    const gradient = executable.read(`d ${nudgeOf(layer, name, 'new')}`)
    const norms = meanNorms(gradient, size, ends, longest)
    return { layer: layer.name, state: name, norms, ...memoryOf(norms) }
  })
}

/** Mean norms over the rows of a gradient `[steps][rows][size]`, from the end of each row back. */
function meanNorms(
  gradient: ArrayLike<number>,
  size: number,
  ends: readonly number[],
  longest: number,
): Float64Array {
  const length = Math.min(
    longest,
    ends.reduce((most, end) => Math.max(most, end), 0),
  )
  return Float64Array.from({ length }, (_unused, back) => {
    const norms = ends.flatMap((end, row) =>
      back < end ? [norm(gradient, ((end - 1 - back) * ends.length + row) * size, size)] : [],
    )
    return norms.reduce((sum, each) => sum + each, 0) / norms.length
  })
}
