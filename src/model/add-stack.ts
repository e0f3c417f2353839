import {
  Builder,
  type MaskedStep,
  type MemoryInputs,
  type StepGraph,
  learnedStart,
  maskInputs,
  numbers,
  recurrentColumns,
  recurrentDropout,
  variationalStates,
  withTraces,
  zoneout,
} from '../graph/index.ts'
import type { Join, StoredOptions } from './layer.ts'
import type { CellPart, LayerPart, WayPart } from './parts.ts'
import { type DropKind, dropStream } from './streams.ts'
import type { WindowWriter } from './window-writer.ts'

/** How a stack stands in its window. */
export interface StackSettings {
  /** Whether dropout is written at all; zoneout always is, since outside training it is a mean. */
  readonly training: boolean
  /** Lengths of the rows; absent where all are as long as the window. */
  readonly lengths?: number | undefined
  /**
   * What states start from: `carried` from what an earlier window left, `given` from inputs, `zero`. A state that is
   * learned starts from its parameter, when carried only in rows that begin. What is read in reverse carries nothing.
   */
  readonly initial: 'carried' | 'given' | 'zero'
  /**
   * Whether the output counts at each row's last step alone. There the last layer that has states then gives its last
   * ones in both directions: that which reads backward ends at the first step. Not unless given.
   */
  readonly atEnd?: boolean
  /** What a way that attends to memories attends to. */
  readonly memories?: (way: WayPart) => readonly MemoryInputs[]
  /** What states start from instead, by names such as `layers.0.h`; not where they are learned. */
  readonly handed?: ReadonlyMap<string, number>
  /** Whether weights of attention are outputs, by names such as `layers.0.context_weights`. */
  readonly showsAttention?: boolean
}

/** The input that says of each row whether a sequence begins with this window, 1 or 0; only where states are learned. */
export const beginsInput = 'begins'

/** Names of the weights of a step's attention. */
export function attentionNames(step: StepGraph): readonly string[] {
  const isWeights = (node: number): boolean => step.nodes[node]!.op === 'attention_softmax'
  return step.traces.filter(({ node }) => isWeights(node)).map(({ name }) => name)
}

/** Writes a stack of layers over a sequence into a window; gives its output, a sequence. */
export function addStack(
  window: WindowWriter,
  layers: readonly LayerPart[],
  sequence: number,
  settings: StackSettings,
): number {
  return new StackWriter(window, settings).stack(layers, sequence, settings.atEnd === true)
}

class StackWriter {
  readonly #window: WindowWriter
  readonly #settings: StackSettings

  constructor(window: WindowWriter, settings: StackSettings) {
    this.#window = window
    this.#settings = settings
  }

  stack(layers: readonly LayerPart[], input: number, atEnd: boolean): number {
    const flows = [input]
    const last = atEnd ? layers.findLastIndex(hasStates) : -1
    for (const [index, part] of layers.entries()) flows.push(this.#layer(part, flows, index === last))
    return flows.at(-1)!
  }

  #layer(part: LayerPart, flows: readonly number[], atEnd: boolean): number {
    const { residual, norm, dropout, number, reads, size, join } = part
    const input = this.#join(
      reads.map((read) => flows[read]!),
      'concat',
    )
    const results =
      'ways' in part
        ? this.#ways(part, input, atEnd)
        : part.branches.map((own) => this.stack(own, input, atEnd))
    let result = this.#join(results, join, size)
    if (residual) result = this.#join([flows.at(-1)!, result], 'sum', size)
    if (norm)
      result = this.#window.scan(norm, { sequences: [result], lengths: this.#settings.lengths }).outputs[0]!
    return this.#dropped('dropout', result, dropout, dropStream('outputs', number))
  }

  /** Several sequences as one; a sum of them is zero in the padding, whatever they are there. */
  #join(sequences: readonly number[], join: Join, size = 0): number {
    if (sequences.length === 1) return sequences[0]!
    if (join === 'concat') return this.#window.build.add('concat', sequences)
    const step = sumStep(sequences.length, size)
    return this.#window.scan({ name: 'sum', step }, { sequences, lengths: this.#settings.lengths })
      .outputs[0]!
  }

  #dropped(op: string, sequence: number, rate: number, stream: number): number {
    return rate > 0 && this.#settings.training
      ? this.#window.build.add(op, [sequence], { rate, stream })
      : sequence
  }

  #ways(part: CellPart, input: number, atEnd: boolean): readonly number[] {
    const { inputDropout = 0 } = part.options
    const read = this.#dropped('sequence_dropout', input, inputDropout, dropStream('inputs', part.number))
    return part.ways.map((way) => this.#way(part, way, read, atEnd))
  }

  #way({ number, options }: CellPart, way: WayPart, input: number, atEnd: boolean): number {
    const { name, step, isReverse } = way
    const stream = (kind: DropKind): number => dropStream(kind, number, isReverse)
    const masked = maskedStep(step, options, this.#settings.training)
    const shown = this.#settings.showsAttention ? attentionNames(step) : []
    const memories = step.memories && this.#settings.memories?.(way)
    const { outputs, finals } = this.#window.scan(
      { name, step: shown.length > 0 ? withTraces(masked.step, shown) : masked.step },
      {
        sequences: [
          input,
          ...masked.masks.flatMap(({ kind, masks }) => maskInputs(this.#window.build, masks, stream(kind))),
        ],
        initial: step.states.map(({ name: state }, index) => this.#initial(way, state, index)),
        parameters: this.#parameters(way, options.weightDropout ?? 0, stream('weights')),
        ...(memories && { memories }),
        lengths: this.#settings.lengths,
        isReverse,
        staysReversed: atEnd && isReverse,
      },
    )
    step.states.forEach((state, index) => {
      this.#window.final(`${name}.${state.name}`, finals[index]!)
    })
    shown.forEach((trace, index) => {
      this.#window.output(`${name}.${trace}`, outputs[step.outputs.length + index]!)
    })
    return outputs[0]!
  }

  #initial({ name, step, isReverse }: WayPart, state: string, index: number): number {
    const { build } = this.#window
    const { previous, initial } = step.states[index]!
    const { shape } = step.nodes[previous]!.type
    const mode = this.#settings.initial === 'carried' && isReverse ? 'zero' : this.#settings.initial
    const handed = initial === 'learned' ? undefined : this.#settings.handed?.get(`${name}.${state}`)
    if (handed !== undefined) return handed
    const learned =
      initial === 'learned' ? this.#window.parameter(`${name}.initial.${state}`, shape) : undefined
    if (mode === 'carried') {
      const given = this.#window.input(`${name}.${state}`, 'row', shape)
      this.#window.state(`${name}.${state}`)
      if (learned === undefined) return given
      return learnedStart(build, learned, { begins: this.#window.input(beginsInput, 'row'), given })
    }
    if (learned !== undefined) return learnedStart(build, learned)
    if (mode === 'given') return this.#window.input(`${name}.${state}`, 'row', shape)
    return build.zeros({ extent: 'row', shape })
  }

  /** The parameters of a step, the recurrent columns of its matrices with weights dropped. */
  #parameters(way: WayPart, rate: number, stream: number): readonly number[] {
    const parameters = this.#window.parametersOf(way)
    if (rate === 0 || !this.#settings.training) return parameters
    const columns = recurrentColumns(way.step)
    return parameters.map((node, index) => {
      const span = columns.get(way.step.parameters[index]!.name)
      return span
        ? this.#window.build.add('weight_dropout', [node], { rate, stream: stream + index, ...span })
        : node
    })
  }
}

/** Whether a layer, or one inside its branches, has states. */
function hasStates(part: LayerPart): boolean {
  return 'ways' in part
    ? part.ways.some(({ step }) => step.states.length > 0)
    : part.branches.some((stack) => stack.some(hasStates))
}

/** A step with the masks that options ask for, by their kind. */
function maskedStep(
  step: StepGraph,
  { stateDropout = 0, recurrentDropout: updates = 0, zoneout: zones }: StoredOptions,
  training: boolean,
): { readonly step: StepGraph; readonly masks: readonly { kind: DropKind; masks: MaskedStep['masks'] }[] } {
  let own = step
  const masks: { kind: DropKind; masks: MaskedStep['masks'] }[] = []
  const mask = (kind: DropKind, made: MaskedStep): void => {
    own = made.step
    masks.push({ kind, masks: made.masks })
  }
  if (training && stateDropout > 0) mask('states', variationalStates(own, stateDropout))
  if (training && updates > 0) mask('updates', recurrentDropout(own, updates))
  if (zones) mask('zoneout', zoneout(own, zones))
  return { step: own, masks }
}

/** A step that adds its inputs up. */
function sumStep(count: number, size: number): StepGraph {
  const build = new Builder(numbers)
  const inputs = Array.from({ length: count }, (_unused, index) => {
    const name = `x${index}`
    return { name, node: build.leaf('input', name, { extent: 'row', shape: [size] }) }
  })
  const node = inputs.map((input) => input.node).reduce((sum, next) => build.add('add', [sum, next]))
  return {
    name: 'sum',
    nodes: build.nodes,
    inputs,
    states: [],
    parameters: [],
    outputs: [{ name: 'y', node }],
    traces: [],
  }
}
