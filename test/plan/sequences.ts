import { Stream } from '../../src/core/random.ts'
import {
  Builder,
  type Port,
  type StepGraph,
  type Type,
  addLayer,
  learnedStart,
  numbers,
} from '../../src/graph/index.ts'
import type { Program } from '../../src/runtime/index.ts'
import { type Data, randomData } from './windows.ts'

/** What runs over a sequence: a cell forward, backward from each row's end, or both side by side. */
export type Direction = 'forward' | 'reverse' | 'both'

/** A window over sequences of different length. */
export interface SequenceShape {
  readonly rows: number
  readonly steps: number
  readonly direction: Direction
  /** Whether rows have lengths, as the input `lengths`. */
  readonly masked: boolean
  /** What states start from: inputs unless given; `begun` is learned in rows that the input `begins` names. */
  readonly initial?: 'given' | 'learned' | 'begun'
  /** Classes of the tokens that the first cell reads; vectors unless given. */
  readonly classes?: number
}

/** A window over cells, one after the other, each with its own states and parameters for each direction. */
export function sequenceProgram(steps: readonly StepGraph[], shape: SequenceShape): Program {
  return new SequenceWriter(shape).write(steps)
}

class SequenceWriter {
  readonly #build = new Builder(numbers)
  readonly #shape: SequenceShape
  readonly #inputs: Port[] = []
  readonly #parameters: Port[] = []
  readonly #outputs: Port[] = []
  readonly #states: { initial: string; final: string }[] = []
  #lengths: number | undefined

  constructor(shape: SequenceShape) {
    this.#shape = shape
  }

  write(steps: readonly StepGraph[]): Program {
    const { rows, steps: longest, direction, masked, classes } = this.#shape
    if (masked) this.#lengths = this.#input('lengths', { extent: 'row', shape: [] })
    const first = steps[0]!.nodes[steps[0]!.inputs[0]!.node]!.type.shape
    let sequence =
      classes === undefined
        ? this.#input('x', { extent: 'step', shape: first })
        : this.#build.add('onehot', [this.#input('x', { extent: 'step', shape: [] })], { classes })
    steps.forEach((step, layer) => {
      const ways = direction === 'both' ? (['forward', 'reverse'] as const) : ([direction] as const)
      const made = ways.map((way) => this.#layer(step, sequence, way, `${layer}.${way}.`))
      sequence = made.length === 1 ? made[0]! : this.#build.add('concat', made)
    })
    this.#outputs.push({ name: 'y', node: sequence })
    const graph = {
      nodes: this.#build.nodes,
      inputs: this.#inputs,
      parameters: this.#parameters,
      outputs: this.#outputs,
    }
    const vectors = this.#inputs.filter(({ node }) => graph.nodes[node]!.type.shape.length > 0)
    const gradient = {
      of: this.#outputs.map(({ name }) => name),
      inputs: vectors.map(({ name }) => name),
      slots: 0,
    }
    return { graph, rows, steps: longest, states: this.#states, gradient }
  }

  #layer(step: StepGraph, sequence: number, way: 'forward' | 'reverse', prefix: string): number {
    const typeOf = (node: number): Type => step.nodes[node]!.type
    const initial = step.states.map(({ name, previous }) =>
      this.#initial(`${prefix}${name}0`, typeOf(previous).shape),
    )
    const parameters = step.parameters.map(({ name, node }) =>
      this.#parameter(`${prefix}${name}`, typeOf(node)),
    )
    const others = step.inputs
      .slice(1)
      .map(({ name, node }) => this.#input(`${prefix}${name}`, { extent: 'step', shape: typeOf(node).shape }))
    const { outputs, finals } = addLayer(this.#build, step, {
      sequences: [sequence, ...others],
      initial,
      parameters,
      lengths: this.#lengths,
      isReverse: way === 'reverse',
    })
    step.states.forEach(({ name }, i) => {
      const final = `${prefix}${name} next`
      this.#outputs.push({ name: final, node: finals[i]! })
      if (this.#shape.initial !== 'learned') this.#states.push({ initial: `${prefix}${name}0`, final })
    })
    return outputs[0]!
  }

  #initial(name: string, shape: readonly number[]): number {
    const { initial = 'given' } = this.#shape
    if (initial === 'given') return this.#input(name, { extent: 'row', shape })
    const learned = this.#parameter(`${name} learned`, { extent: 'once', shape })
    if (initial === 'learned') return learnedStart(this.#build, learned)
    const known = this.#inputs.find((port) => port.name === 'begins')?.node
    const begins = known ?? this.#input('begins', { extent: 'row', shape: [] })
    const given = this.#input(name, { extent: 'row', shape })
    return learnedStart(this.#build, learned, { begins, given })
  }

  #parameter(name: string, type: Type): number {
    const node = this.#build.leaf('parameter', name, type)
    this.#parameters.push({ name, node })
    return node
  }

  #input(name: string, type: Type): number {
    const node = this.#build.leaf('input', name, type)
    this.#inputs.push({ name, node })
    return node
  }
}

/** Random data, with lengths from 0 to the window's, among them 0, 1 and the longest, and tokens below `classes`. */
export function sequenceData(program: Program, seed: number, { scale = 0.5, classes = 1 } = {}): Data {
  const { inputs, parameters } = randomData(program, seed, scale)
  const random = new Stream(seed, 99)
  const { rows, steps, graph } = program
  const given = new Map(inputs)
  const wanted = [steps, 0, 1]
  if (inputs.has('lengths'))
    given.set(
      'lengths',
      Float64Array.from({ length: rows }, (_unused, row) => wanted[row] ?? random.below(steps + 1)),
    )
  if (inputs.has('begins'))
    given.set(
      'begins',
      Float64Array.from({ length: rows }, (_unused, row) => row % 2),
    )
  for (const { name, node } of graph.inputs) {
    const { extent, shape } = graph.nodes[node]!.type
    if (extent === 'step' && shape.length === 0)
      given.set(
        name,
        Float64Array.from({ length: rows * steps }, () => random.below(classes)),
      )
  }
  return { inputs: given, parameters }
}
