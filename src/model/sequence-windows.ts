import type { Program } from '../runtime/index.ts'
import { attentionNames } from './add-stack.ts'
import {
  attending,
  encoderDecoderParts,
  encoderDecoderWindow,
  memoryName,
  startName,
} from './encoder-decoder.ts'
import { memoryReads } from '../graph/index.ts'
import type { LayerPart } from './parts.ts'
import type { SequenceConfig } from './sequence-config.ts'
import { sequenceParts, sequenceWindow } from './sequence-window.ts'
import type { SeededStep } from './start.ts'
import { headStream } from './streams.ts'
import type { WindowSettings } from './window-use.ts'

/** What a decoder takes from its encoder, by the names of inputs and outputs. */
export interface MemoryPorts {
  /** Sequences that the encoder gives and memories that the decoder takes, by one name for both. */
  readonly reads: readonly string[]
  /** States of the decoder that start from an output of the encoder. */
  readonly starts: readonly { readonly state: string; readonly output: string }[]
  /** Outputs of the decoder that are weights of attention, `layers.0.context_weights`. */
  readonly weights: readonly string[]
}

/** The windows of a sequence model of any shape. */
export interface SequenceWindows {
  readonly layers: readonly LayerPart[]
  /** Steps beside the layers. */
  readonly beside: readonly SeededStep[]
  /** Whether an encoder hands states over through dense layers. */
  readonly hasBridges: boolean
  readonly memory: MemoryPorts
  readonly window: (settings: WindowSettings) => Pick<Program, 'graph' | 'states'>
}

/** The windows that a configuration is of. @throws SluiceError `cell-sizes`, `model-layer`, `model-shape` or `model-unsupported` */
export function sequenceWindows(config: SequenceConfig): SequenceWindows {
  if (config.shape === 'many-to-many') return encoderDecoderWindows(config)
  const parts = sequenceParts(config)
  return {
    layers: parts.layers,
    beside: [{ ...parts.head, stream: headStream }],
    hasBridges: false,
    memory: { reads: [], starts: [], weights: [] },
    window: (settings) => sequenceWindow(parts, settings),
  }
}

/** Steps that attend have as many places as the window steps, so that each program has parts of its own. */
function encoderDecoderWindows(config: SequenceConfig): SequenceWindows {
  const { encoder, layers, handovers, head } = encoderDecoderParts(config, 1)
  const bridges = handovers.flatMap(({ bridge }) => bridge ?? [])
  const ways = attending(layers)
  return {
    layers: [...encoder, ...layers],
    beside: [{ ...head, stream: headStream }, ...bridges],
    hasBridges: bridges.length > 0,
    memory: {
      reads: ways.flatMap(({ name, step }) => memoryReads(step).map(({ input }) => memoryName(name, input))),
      starts: handovers.map(({ state }) => ({ state, output: startName(state) })),
      weights: ways.flatMap(({ name, step }) => attentionNames(step).map((trace) => `${name}.${trace}`)),
    },
    window: (settings) => encoderDecoderWindow(encoderDecoderParts(config, settings.longest), settings),
  }
}
