import type { Program } from '../runtime/index.ts'
import { type StackSettings, addStack } from './add-stack.ts'
import { type Encoding, addEncoder, encodedWidth, previousName } from './encoder.ts'
import { addLoss, headStep } from './head.ts'
import { type LayerPart, requireForward, stackParts } from './parts.ts'
import { poolStep } from './pool.ts'
import type { SequenceConfig } from './sequence-config.ts'
import { addInput, inputWidth, previousEncoding } from './source.ts'
import { type WindowSettings, answerOutput } from './window-use.ts'
import { type NamedStep, WindowWriter } from './window-writer.ts'

/** A sequence model with all sizes fixed. */
export interface SequenceParts {
  readonly config: SequenceConfig
  /** What is written before, read again; of `one-to-many`. */
  readonly previous: Encoding | undefined
  readonly layers: readonly LayerPart[]
  readonly pool: NamedStep | undefined
  readonly head: NamedStep
}

/** The parts of a configuration. @throws SluiceError `cell-sizes`, `model-layer` or `model-unsupported` */
export function sequenceParts(config: SequenceConfig): SequenceParts {
  const previous = config.shape === 'one-to-many' ? previousEncoding(config.output) : undefined
  const widths = [inputWidth(config.input), ...(previous ? [encodedWidth(previous)] : [])]
  const width = {
    size: widths.reduce((sum, { size }) => sum + size, 0),
    isOneHot: widths.some(({ isOneHot }) => isOneHot),
  }
  const layers = stackParts(config.layers, width, config.dropout)
  if (previous) requireForward(layers)
  const { size } = layers.at(-1)!
  return {
    config,
    previous,
    layers,
    pool: config.pool && poolStep(config.pool, size),
    head: headStep(config.output, config.shape, size),
  }
}

/**
 * The window graph of a sequence model. Inputs: `tokens` or `x`, what is read at each step; `previous`, what was written
 * before it; `lengths`, where windows do not go on; `targets` and `mask` (or `labels` and `label lengths`) of the loss. Outputs:
 * `loss`, and `output`, the logits or values of each step.
 */
export function sequenceWindow(
  { config, previous, layers, pool, head }: SequenceParts,
  { training, use, longest }: WindowSettings,
): Pick<Program, 'graph' | 'states'> {
  if (use === 'continue') requireForward(layers)
  const window = new WindowWriter()
  const input = addInput(window, config.input, training)
  const before =
    previous && addEncoder(window, window.input('previous', 'step'), previous, training, previousName)
  const sequence = before === undefined ? input : window.build.add('concat', [before, input])
  const lengths = use === 'continue' ? undefined : window.input('lengths', 'row')
  const stack: StackSettings = {
    training,
    lengths,
    initial: use === 'continue' ? 'carried' : 'zero',
    atEnd: config.shape === 'many-to-one' && !pool,
  }
  const states = addStack(window, layers, sequence, stack)
  const pooled = pool ? addPool(window, pool, states, lengths) : states
  const output = window.scan(head, { sequences: [pooled], lengths }).outputs[0]!
  const answer = { name: answerOutput, node: output }
  if (use !== 'loss' || lengths === undefined) return window.finish([answer])
  const loss = addLoss(window, config.output, output, { shape: config.shape, lengths, longest })
  return window.finish([{ name: 'loss', node: loss }, answer])
}

/** Without lengths the window goes on where the one before ended. */
function addPool(window: WindowWriter, pool: NamedStep, sequence: number, lengths?: number): number {
  const { states, nodes } = pool.step
  const names = states.map(({ name }) => `${pool.name}.${name}`)
  const initial = states.map(({ previous }, index) => {
    const { shape } = nodes[previous]!.type
    if (lengths !== undefined) return window.build.zeros({ extent: 'row', shape })
    window.state(names[index]!)
    return window.input(names[index]!, 'row', shape)
  })
  const { outputs, finals } = window.scan(pool, { sequences: [sequence], initial, lengths })
  names.forEach((name, index) => window.final(name, finals[index]!))
  return outputs[0]!
}
