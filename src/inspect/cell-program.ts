import { Stream } from '../core/random.ts'
import { Builder, type Port, type StepGraph, addLayer, numbers } from '../graph/index.ts'
import { valueOf } from '../graph/value.ts'
import { interpret } from '../graph/interpret.ts'
import type { Executable, Program, Runtime } from '../runtime/index.ts'

/** A cell over a short window, and numbers for everything that goes into it. */
export interface CellTrial {
  readonly program: Program
  /** Sequences and initial states, by the names of the program's inputs. */
  readonly inputs: ReadonlyMap<string, Float64Array>
  readonly parameters: ReadonlyMap<string, Float64Array>
  /** Weights of all outputs and final states in the scalar that is differentiated. */
  readonly seeds: ReadonlyMap<string, Float64Array>
}

const rows = 2
const steps = 3

/** A window of a cell with normal random inputs and parameters, rounded to float32, and states that it reaches. */
export function cellTrial(step: StepGraph, seed = 1): CellTrial {
  const build = new Builder(numbers)
  const shapeOf = (node: number): readonly number[] => step.nodes[node]!.type.shape
  const leaf = (
    op: 'input' | 'parameter',
    name: string,
    extent: 'once' | 'row' | 'step',
    node: number,
  ): Port => ({
    name,
    node: build.leaf(op, name, { extent, shape: shapeOf(node) }),
  })
  const sequences = step.inputs.map(({ name, node }) => leaf('input', `input ${name}`, 'step', node))
  const states = step.states.map(({ name, previous }) => leaf('input', `state ${name}`, 'row', previous))
  const parameters = step.parameters.map(({ name, node }) => leaf('parameter', name, 'once', node))
  const memories = (step.memories ?? []).map(({ name, values }) => {
    const [places, size] = shapeOf(values) as readonly [number, number]
    const sequence = build.leaf('input', `memory ${name}`, { extent: 'step', shape: [size] })
    return { port: { name: `memory ${name}`, node: sequence }, mask: build.add('places', [], { places }) }
  })
  const nodesOf = (ports: readonly Port[]): readonly number[] => ports.map(({ node }) => node)
  const layer = addLayer(build, step, {
    sequences: nodesOf(sequences),
    initial: nodesOf(states),
    parameters: nodesOf(parameters),
    memories: memories.map(({ port, mask }) => ({ sequence: port.node, mask })),
  })
  const names = [
    ...step.outputs.map(({ name }) => `output ${name}`),
    ...step.states.map(({ name }) => `final ${name}`),
  ]
  const results = [...layer.outputs, ...layer.finals]
  const outputs = names.map((name, index) => ({ name, node: results[index]! }))
  const inputs = [...sequences, ...states, ...memories.map(({ port }) => port)]
  const program: Program = {
    graph: { nodes: build.nodes, inputs, parameters, outputs },
    rows,
    steps,
    states: step.states.map(({ name }) => ({ initial: `state ${name}`, final: `final ${name}` })),
    gradient: { of: names, inputs: inputs.map(({ name }) => name), slots: 0 },
  }
  const random = new Stream(seed)
  const filled = (ports: readonly Port[], scale: number) =>
    new Map(ports.map(({ name, node }) => [name, normal(random, entriesOf(build, node), scale)] as const))
  const trial = {
    program,
    inputs: filled(inputs, 1),
    parameters: filled(parameters, 0.5),
    seeds: filled(outputs, 1),
  }
  reach(trial)
  return trial
}

/**
 * Puts the states near where the window leads from zero, but for entries that stay at zero: a state may have a range,
 * such as a sum of positive weights, outside which its cell has no use. Near: just there, two values may tie.
 */
function reach({ program: { graph, states }, inputs, parameters }: CellTrial): void {
  const initial = new Set(states.map((state) => state.initial))
  const values = [...graph.inputs, ...graph.parameters].map(({ name, node }) => {
    const { type } = graph.nodes[node]!
    const data = parameters.get(name) ?? inputs.get(name)!
    return [node, valueOf(type, steps, rows, initial.has(name) ? data.map(() => 0) : data)] as const
  })
  const reached = interpret(graph, new Map(values), { steps, rows })
  for (const state of states) {
    const { node } = graph.outputs.find(({ name }) => name === state.final)!
    const data = inputs.get(state.initial)!
    reached[node]!.data.forEach((x, index) => {
      if (x !== 0) data[index] = Math.fround(x * (1 + Math.abs(data[index]!) / 4))
    })
  }
}

/** Entries of a value in the whole window. */
function entriesOf(build: Builder, node: number): number {
  const { extent, shape } = build.type(node)
  const copies = extent === 'once' ? 1 : extent === 'row' ? rows : rows * steps
  return shape.reduce((product, size) => product * size, copies)
}

function normal(random: Stream, count: number, scale: number): Float64Array {
  return Float64Array.from({ length: count }, () => Math.fround(scale * random.normal()))
}

/** The gradient of the weighted sum of all outputs, by the names of parameters and inputs. */
export async function trialGradients(
  runtime: Runtime,
  trial: CellTrial,
): Promise<ReadonlyMap<string, ArrayLike<number>>> {
  const executable = await runtime.compile(trial.program)
  try {
    writeAll(executable, trial)
    for (const [name, data] of trial.seeds) executable.write(`d ${name}`, data)
    await executable.run({ steps, mode: 'gradients' })
    return new Map([
      ...[...trial.parameters.keys()].map(
        (name) => [name, executable.readParameter(name, 'gradient')] as const,
      ),
      ...[...trial.inputs.keys()].map((name) => [name, executable.read(`d ${name}`)] as const),
    ])
  } finally {
    executable.dispose()
  }
}

function writeAll(executable: Executable, { inputs, parameters }: CellTrial): void {
  for (const [name, data] of inputs) executable.write(name, data)
  for (const [name, data] of parameters) executable.writeParameter(name, data)
}

/** The same gradient from central differences, which costs two runs an entry. */
export async function trialDifferences(
  runtime: Runtime,
  trial: CellTrial,
): Promise<ReadonlyMap<string, ArrayLike<number>>> {
  const { gradient: _none, ...forward } = trial.program
  const executable = await runtime.compile(forward)
  try {
    writeAll(executable, trial)
    const value = async (): Promise<number> => {
      await executable.run({ steps, mode: 'forward' })
      return weightedSum(executable, trial.seeds)
    }
    const differences = new Map<string, Float64Array>()
    const all = [
      ...[...trial.parameters].map(([name, data]) => ({
        name,
        data,
        write: executable.writeParameter.bind(executable),
      })),
      ...[...trial.inputs].map(([name, data]) => ({ name, data, write: executable.write.bind(executable) })),
    ]
    for (const { name, data, write } of all) {
      differences.set(name, await centralDifferences(data, (moved) => write(name, moved), value))
    }
    return differences
  } finally {
    executable.dispose()
  }
}

function weightedSum(executable: Executable, seeds: CellTrial['seeds']): number {
  let sum = 0
  for (const [name, weights] of seeds) {
    const output = executable.read(name)
    weights.forEach((weight, index) => (sum += weight * output[index]!))
  }
  return sum
}

/** Derivatives with respect to each entry: (f(x + h) - f(x - h)) / 2h. */
async function centralDifferences(
  data: Float64Array,
  write: (data: Float64Array) => void,
  value: () => Promise<number>,
): Promise<Float64Array> {
  const differences = new Float64Array(data.length)
  for (const [index, x] of data.entries()) {
    const h = 1e-5 * Math.max(1, Math.abs(x))
    const at = async (moved: number): Promise<number> => {
      write(data.with(index, moved))
      return value()
    }
    differences[index] = ((await at(x + h)) - (await at(x - h))) / (2 * h)
  }
  write(data)
  return differences
}

/** Where two gradients differ most. */
export interface Difference {
  /** `Wf`, or `input x`, `state c`. */
  readonly name: string
  /** Difference, as a share of the larger of 1 and the value. */
  readonly error: number
}

/** The largest difference between two gradients; what is no number counts as infinite. */
export function worstDifference(
  found: ReadonlyMap<string, ArrayLike<number>>,
  wanted: ReadonlyMap<string, ArrayLike<number>>,
): Difference {
  let worst: Difference = { name: '', error: 0 }
  for (const [name, values] of wanted) {
    const others = found.get(name)!
    for (let i = 0; i < values.length; i++) {
      const error = Math.abs(values[i]! - others[i]!) / Math.max(1, Math.abs(values[i]!))
      if (!(error <= worst.error)) worst = { name, error: Number.isNaN(error) ? Infinity : error }
    }
  }
  return worst
}
