import { SluiceError } from '../core/errors.ts'
import { knownKeys, wholeNumber } from '../data/index.ts'
import type { Executable, Program } from '../runtime/index.ts'
import type { RuntimeSource, Trainable } from '../train/index.ts'
import { type InspectedText, layersOf, tokensOf } from './adapt.ts'
import { execute, onlyInputs, rowsOf, startFrom, statesAfter } from './executing.ts'
import { type LayerName, findLayer, usualLayers } from './find.ts'
import { nudgeOf, withNudges } from './nudges.ts'
import type { NamedScan } from './scans.ts'
import { norm } from './vectors.ts'
import { onlyOutputs } from './window-change.ts'

/** How gradients are followed. */
export interface GradientFlowOptions {
  readonly runtime: RuntimeSource
  /** Layers by number or name; all that have states unless given. */
  readonly layers?: readonly LayerName[]
  /** Steps to follow each gradient, 100 unless given, fewer where the text is short. */
  readonly steps?: number
  /** Predictions, evenly spread over the text or the sequences, whose gradients are followed; 32 unless given. */
  readonly predictions?: number
}

/** How the gradient of a prediction fades on its way back through one state. */
export interface StateFlow {
  readonly layer: string
  readonly state: string
  /** Entry k: mean norm of the derivative of the loss at step t with respect to the state at step t - k. */
  readonly norms: Float64Array
  /**
   * Steps after which the norm stays below a hundredth of its largest value; that many or more where `isCut`. A norm that is
   * not finite, of a gradient that exploded, counts as alive.
   */
  readonly memory: number
  readonly isCut: boolean
}

/** How far gradients of a model reach on a text. */
export interface GradientFlow {
  readonly states: readonly StateFlow[]
  readonly steps: number
  readonly predictions: number
  /** The largest memory of all states. */
  readonly memory: number
  /** Whether gradients are still alive where following them ended: the memory is longer than `memory` says. */
  readonly isCut: boolean
  /** Length of the windows to train with: twice the memory, so that half of the predictions reach all the way back. */
  readonly window: number
}

const known = ['runtime', 'layers', 'steps', 'predictions']

/** What is left of a gradient that counts as gone. */
const gone = 0.01

/**
 * Follows the gradients of predictions back through time (Pascanu, Mikolov and Bengio 2013): the norm of the derivative of
 * the loss at step t with respect to each state at step t - k, by layer, for any cell. Everything that a state reaches
 * counts: the layers above, and what reads it within its own step.
 * @throws SluiceError `inspect-layer`, `inspect-size`, `text-empty` or `unknown-character`
 */
export async function gradientFlow(
  model: Trainable,
  text: InspectedText,
  options: GradientFlowOptions,
): Promise<GradientFlow> {
  knownKeys('gradientFlow', options, known)
  const tokens = tokensOf(model, text)
  const steps = Math.min(wholeNumber('steps', options.steps ?? 100, 1), tokens.length - 1)
  if (steps < 1) throw new SluiceError('inspect-size/short', { name: 'the text', count: 1, least: 2 })
  const starts = spread(tokens.length - steps, wholeNumber('predictions', options.predictions ?? 32, 1))
  const layers = statefulLayers(layersOf(model), options.layers)
  const before = await statesAfter(model, tokens, starts, options.runtime)
  const size = { rows: starts.length, steps, training: false }
  const program = flowProgram(model.program(size), layers)
  const executable = await execute(model, program, options.runtime)
  try {
    startFrom(executable, program, before)
    executable.write('tokens', rowsOf(tokens, starts, steps))
    const targets = new Int32Array(steps * starts.length).fill(-1)
    starts.forEach((start, row) => (targets[(steps - 1) * starts.length + row] = tokens[start + steps]!))
    executable.write('targets', targets)
    // The loss is a mean over the rows; each counts by itself here.
    await executable.run({ steps, mode: 'gradients', share: starts.length })
    return summary(
      layers.flatMap((layer) => statesOf(executable, layer, starts.length)),
      starts.length,
    )
  } finally {
    executable.dispose()
  }
}

/** Some of the whole numbers below `count`, evenly spread and rising. */
export function spread(count: number, most: number): readonly number[] {
  const parts = Math.min(count, most)
  return Array.from({ length: parts }, (_unused, i) =>
    parts === 1 ? count - 1 : Math.floor((i * (count - 1)) / (parts - 1)),
  )
}

/** Layers that have states, those that are asked for or all. @throws SluiceError `inspect-layer` */
export function statefulLayers(
  all: readonly NamedScan[],
  layers: readonly LayerName[] | undefined,
): readonly NamedScan[] {
  const chosen = layers?.map((layer) => findLayer(all, layer)) ?? usualLayers(all)
  return chosen.filter(({ step }) => step.states.length > 0)
}

/** The program whose loss has the gradients of all states of some layers. */
export function flowProgram(plain: Program, layers: readonly NamedScan[]): Program {
  const graph = withNudges(plain.graph, layers, 'new')
  const window = onlyOutputs({ graph, states: plain.states }, (name) => name === 'loss')
  const inputs = layers.flatMap((layer) => layer.step.states.map(({ name }) => nudgeOf(layer, name, 'new')))
  return { ...plain, ...window, gradient: onlyInputs(window, ['loss'], [...new Set(inputs)]) }
}

function statesOf(executable: Executable, layer: NamedScan, rows: number): readonly StateFlow[] {
  return layer.step.states.map(({ name, next }) => {
    const size = layer.step.nodes[next]!.type.shape[0]!
    const gradient = executable.read(`d ${nudgeOf(layer, name, 'new')}`)
    const norms = meanNorms(gradient, rows, size)
    return { layer: layer.name, state: name, norms, ...memoryOf(norms) }
  })
}

/** Mean norms over the rows of a gradient `[steps][rows][size]`, the last step first. */
function meanNorms(gradient: ArrayLike<number>, rows: number, size: number): Float64Array {
  const steps = gradient.length / (rows * size)
  return Float64Array.from({ length: steps }, (_unused, back) => {
    const from = (steps - 1 - back) * rows * size
    let total = 0
    for (let row = 0; row < rows; row++) total += norm(gradient, from + row * size, size)
    return total / rows
  })
}

/** How long the memory is that norms show. */
export function memoryOf(norms: Float64Array): { readonly memory: number; readonly isCut: boolean } {
  const least = gone * norms.reduce((most, x) => (x < Infinity ? Math.max(most, x) : most), 0)
  const memory = norms.findLastIndex((x) => !Number.isFinite(x) || (x >= least && x > 0)) + 1
  return { memory, isCut: memory === norms.length }
}

/** The memory of all states, and the advice that follows. */
export function summary(states: readonly StateFlow[], predictions: number): GradientFlow {
  const memory = states.reduce((most, state) => Math.max(most, state.memory), 0)
  return {
    states,
    steps: states.reduce((most, { norms }) => Math.max(most, norms.length), 0),
    predictions,
    memory,
    isCut: states.some(({ isCut }) => isCut),
    window: Math.max(1, 2 * memory),
  }
}
