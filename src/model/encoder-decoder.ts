import { SluiceError } from '../core/errors.ts'
import { type MemoryInputs, type MemorySequence, memoryReads, memorySequences } from '../graph/index.ts'
import type { Program } from '../runtime/index.ts'
import { type StackSettings, addStack } from './add-stack.ts'
import { type Encoding, addEncoder, encodedWidth, previousName } from './encoder.ts'
import { type Handover, addHandovers, handovers } from './handover.ts'
import { addLoss, headStep } from './head.ts'
import { type LayerPart, type WayPart, allLayers, requireForward, stackParts } from './parts.ts'
import type { SequenceConfig } from './sequence-config.ts'
import { addInput, inputWidth, previousEncoding } from './source.ts'
import { type NamedStep, WindowWriter } from './window-writer.ts'
import { type WindowSettings, answerOutput } from './window-use.ts'

/** An encoder and a decoder with all sizes fixed. */
export interface EncoderDecoderParts {
  readonly config: SequenceConfig
  readonly encoder: readonly LayerPart[]
  /** What was written before, read again. */
  readonly previous: Encoding
  readonly layers: readonly LayerPart[]
  readonly handovers: readonly Handover[]
  readonly head: NamedStep
}

/** The input of the lengths of what is read. */
export const sourceLengths = 'source lengths'

/** The input of a decoder that goes step by step which says of each place whether it counts, 1 or 0. */
export const memoryMask = 'memory mask'

/** The input with what a way of a decoder reads of its memory, and the encoder's output that has it as a sequence. */
export const memoryName = (way: string, read: string): string => `${way} reads ${read}`

/** The encoder's output that a state of the decoder starts from. */
export const startName = (state: string): string => `${state} starts`

/**
 * The parts of a model that is many-to-many.
 * @param places most places of its memory
 * @throws SluiceError `cell-sizes`, `model-layer`, `model-shape` or `model-unsupported`
 */
export function encoderDecoderParts(config: SequenceConfig, places: number): EncoderDecoderParts {
  const { encoder: below = [], output, shape, dropout, handover } = config
  const input = inputWidth(config.input)
  const encoder = below.length > 0 ? stackParts(below, input, dropout, { name: 'encoder' }) : []
  const memory = { places, size: encoder.at(-1)?.size ?? input.size }
  const previous = previousEncoding(output)
  const first = allLayers(encoder).length
  const layers = stackParts(config.layers, encodedWidth(previous), dropout, { first, memory })
  requireForward(layers)
  const handed = handover === 'zero' ? [] : handovers(encoder, layers)
  const attends = attending(layers)
  if (attends.length === 0 && handed.length === 0) throw new SluiceError('model-shape/unread')
  if (attends.length > 0 && encoder.length === 0 && input.isOneHot)
    throw new SluiceError('model-layer/onehot', { layer: attends[0]!.name, option: 'a memory' })
  const head = headStep(output, shape, layers.at(-1)!.size)
  return { config, encoder, previous, layers, handovers: handed, head }
}

/** The ways of a stack that attend to memories. */
export function attending(layers: readonly LayerPart[]): readonly WayPart[] {
  const ways = allLayers(layers).flatMap((part) => ('ways' in part ? part.ways : []))
  return ways.filter(({ step }) => step.memories)
}

/**
 * A window of an encoder and a decoder, which share the axis of time: the step of a token is also the place of what was read
 * there. Inputs beside those of other shapes: `source lengths`, `previous`; `lengths` are those of what is written. With `encode` it
 * gives what a decoder needs later, and with `continue` it is that decoder, for the tokens after those before.
 */
export function encoderDecoderWindow(
  parts: EncoderDecoderParts,
  settings: WindowSettings,
): Pick<Program, 'graph' | 'states'> {
  if (settings.use === 'continue') return decoderWindow(parts)
  const { config, previous, layers } = parts
  const { training, use, longest } = settings
  const window = new WindowWriter()
  const sequence = addSource(window, parts, training)
  const handed = addHandovers(window, parts.handovers)
  const lengths = window.input(sourceLengths, 'row')
  const memories = ({ step }: WayPart): readonly MemorySequence[] =>
    (step.memories ?? []).map(() => {
      const mask = window.build.add('places', [lengths], { places: longest })
      return { sequence, mask, lengths }
    })
  if (use === 'encode') {
    for (const way of attending(layers)) {
      const reads = memorySequences(window.build, way.step, memories(way), window.parametersOf(way))
      for (const [read, node] of reads) window.output(memoryName(way.name, read), node)
    }
    return window.finish(Array.from(handed, ([state, node]) => ({ name: startName(state), node })))
  }
  const before = addEncoder(window, window.input('previous', 'step'), previous, training, previousName)
  const ends = window.input('lengths', 'row')
  const stack: StackSettings = { training, lengths: ends, initial: 'zero', memories, handed }
  const output = addHead(window, parts, addStack(window, layers, before, stack), ends)
  const answer = { name: answerOutput, node: output }
  if (use === 'answer') return window.finish([answer])
  const loss = addLoss(window, config.output, output, { shape: config.shape, lengths: ends, longest })
  return window.finish([{ name: 'loss', node: loss }, answer])
}

/** What is read, through the encoder if there is one. */
function addSource(
  window: WindowWriter,
  { config, encoder }: EncoderDecoderParts,
  training: boolean,
): number {
  const input = addInput(window, config.input, training)
  if (encoder.length === 0) return input
  return addStack(window, encoder, input, {
    training,
    lengths: window.input(sourceLengths, 'row'),
    initial: 'zero',
  })
}

/** A decoder that goes on where it ended, with memories that were made before. */
function decoderWindow(parts: EncoderDecoderParts): Pick<Program, 'graph' | 'states'> {
  const { previous, layers } = parts
  const window = new WindowWriter()
  const before = addEncoder(window, window.input('previous', 'step'), previous, false, previousName)
  const memories = (way: WayPart): readonly MemoryInputs[] => givenMemories(window, way)
  const stack: StackSettings = { training: false, initial: 'carried', memories, showsAttention: true }
  const output = addHead(window, parts, addStack(window, layers, before, stack))
  return window.finish([{ name: answerOutput, node: output }])
}

function givenMemories(window: WindowWriter, { name, step }: WayPart): readonly MemoryInputs[] {
  const reads = memoryReads(step)
  return (step.memories ?? []).map((port, memory) => {
    const own = reads.filter((read) => read.memory === memory)
    const places = step.nodes[port.mask]!.type.shape
    return {
      reads: new Map(
        own.map(({ input, shape }) => [input, window.input(memoryName(name, input), 'row', shape)]),
      ),
      mask: window.input(memoryMask, 'row', places),
    }
  })
}

function addHead(
  window: WindowWriter,
  { head }: EncoderDecoderParts,
  states: number,
  lengths?: number,
): number {
  return window.scan(head, { sequences: [states], lengths }).outputs[0]!
}
