import { knownKeys, oneOf, wholeNumber } from '../data/index.ts'
import type { Program } from '../runtime/index.ts'
import { type StackSettings, addStack } from './add-stack.ts'
import { layerConfig } from './config.ts'
import { type Encoding, addEncoder, encodedWidth } from './encoder.ts'
import { type Layer, flag, share } from './layer.ts'
import { stackParts } from './parts.ts'
import { type Weights, startingWeights } from './start.ts'
import { WindowWriter } from './window-writer.ts'

/** What a stack reads: vectors of a size, or tokens, one-hot or through an embedding. */
export type StackInput =
  | { readonly size: number }
  | { readonly symbols: number; readonly embedding?: number; readonly embeddingDropout?: number }

/** A stack of layers over a sequence, whatever it is for. */
export interface StackOptions {
  readonly input: StackInput
  /** From the input up, at least one. */
  readonly layers: readonly Layer[]
  /** Share of every layer's outputs that training drops, unless the layer says another; 0 unless given. */
  readonly dropout?: number
  /** Whether rows have lengths, as the input `lengths`, one number a row; not unless given. */
  readonly lengths?: boolean
  /** What states start from; `zero` unless given. Those that the cell learns start from their parameters. */
  readonly initial?: StackSettings['initial']
  /** Whether dropout is written; not unless given. */
  readonly training?: boolean
  /** Of the starting weights; 1 unless given. */
  readonly seed?: number
}

/** A window over a stack, and the weights that it starts with. */
export interface StackWindow extends Pick<Program, 'graph' | 'states'> {
  readonly parameters: ReadonlyMap<string, Weights>
  /** Entries of the output. */
  readonly size: number
}

/**
 * The window graph of a stack of layers over a sequence, in any direction, without head or loss. Inputs: `x`
 * `[steps][rows][size]`, or `tokens`; `lengths`, where rows have them; with `initial: 'given'` the states, `layers.0.h`.
 * Outputs: `y` `[steps][rows][size]`, zero at and after each row's length, and the final states, `layers.0.h next` and
 * `layers.0.reverse.h next`.
 * @throws SluiceError `option-value`, `option-unknown`, `cell-sizes`, `model-layer` or `dropout-cell`
 */
export function stackWindow(options: StackOptions): StackWindow {
  knownKeys('stackWindow', options, ['input', 'layers', 'dropout', 'lengths', 'initial', 'training', 'seed'])
  const { lengths = false, initial = 'zero', training = false, seed = 1 } = options
  const window = new WindowWriter()
  const { sequence: input, width } = addInput(window, options.input, training)
  const layers = stackParts(options.layers.map(layerConfig), width, share('dropout', options.dropout ?? 0))
  const y = addStack(window, layers, input, {
    training: flag('training', training),
    lengths: flag('lengths', lengths) ? window.input('lengths', 'row') : undefined,
    initial: oneOf('initial', initial, ['carried', 'given', 'zero']),
  })
  const made = window.finish([{ name: 'y', node: y }])
  const parameters = startingWeights(made.graph, layers, wholeNumber('seed', seed, 0, 2 ** 32 - 1))
  return { ...made, parameters, size: layers.at(-1)!.size }
}

function addInput(window: WindowWriter, input: StackInput, training: boolean) {
  if ('size' in input) {
    const size = wholeNumber('size', input.size, 1)
    return { sequence: window.input('x', 'step', [size]), width: { size, isOneHot: false } }
  }
  const encoding: Encoding = {
    symbols: wholeNumber('symbols', input.symbols, 1),
    embedding: wholeNumber('embedding', input.embedding ?? 0, 0),
    embeddingDropout: share('embeddingDropout', input.embeddingDropout ?? 0),
  }
  const sequence = addEncoder(window, window.input('tokens', 'step'), encoding, training)
  return { sequence, width: encodedWidth(encoding) }
}
