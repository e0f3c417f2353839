import { Stream } from '../../src/core/random.ts'
import {
  Builder,
  type Port,
  type StepGraph,
  type Type,
  copies,
  entries,
  interpret,
  numbers,
  valueOf,
} from '../../src/graph/all.ts'
import type { Executable, Program } from '../../src/runtime/index.ts'

/** A window that runs a stack of cells; every output, final state, input gradient and initial state can be seen. */
export function stackProgram(
  steps: readonly StepGraph[],
  shape: { readonly rows: number; readonly steps: number },
): Program {
  const build = new Builder(numbers)
  const [inputs, parameters, outputs]: Port[][] = [[], [], []]
  const states: { initial: string; final: string }[] = []
  const leaf = (op: 'input' | 'parameter', ports: Port[], name: string, type: Type): number => {
    const node = build.leaf(op, name, type)
    ports.push({ name, node })
    return node
  }
  const typeOf = (step: StepGraph, node: number): readonly number[] => step.nodes[node]!.type.shape
  const first = steps[0]!
  let sequence = leaf('input', inputs!, 'x', { extent: 'step', shape: typeOf(first, first.inputs[0]!.node) })
  steps.forEach((step, layer) => {
    const prefix = steps.length === 1 ? '' : `${layer}.`
    const initial = step.states.map(({ name, previous }) =>
      leaf('input', inputs!, `${prefix}${name}0`, { extent: 'row', shape: typeOf(step, previous) }),
    )
    const own = step.parameters.map(({ name, node }) =>
      leaf('parameter', parameters!, `${prefix}${name}`, step.nodes[node]!.type),
    )
    const scan = build.add('scan', [sequence, ...initial, ...own], { step })
    const pick = (index: number): number => build.add('pick', [scan], { index })
    step.outputs.forEach(({ name }, i) => outputs!.push({ name: `${prefix}${name}`, node: pick(i) }))
    step.states.forEach(({ name }, i) => {
      outputs!.push({ name: `${prefix}${name} next`, node: pick(step.outputs.length + i) })
      states.push({ initial: `${prefix}${name}0`, final: `${prefix}${name} next` })
    })
    sequence = pick(0)
  })
  const graph = { nodes: build.nodes, inputs: inputs!, parameters: parameters!, outputs: outputs! }
  const gradient = { of: outputs!.map(({ name }) => name), inputs: inputs!.map(({ name }) => name), slots: 0 }
  return { graph, ...shape, states, gradient }
}

/** Numbers for everything that a program reads, by name; seeds of gradients are `d NAME`. */
export interface Data {
  readonly inputs: ReadonlyMap<string, Float64Array>
  readonly parameters: ReadonlyMap<string, Float64Array>
}

/**
 * Random float32 numbers: inputs and seeds within ±1, parameters within ±`scale`. States start near where the window
 * leads them from zero, but for entries that stay zero there: some cells have states of a range, such as above zero.
 */
export function randomData(program: Program, seed: number, scale = 0.6): Data {
  const { graph, rows, steps, gradient } = program
  const random = new Stream(seed)
  const fill = (type: Type, limit: number): Float64Array =>
    Float64Array.from({ length: copies(type, steps, rows) * entries(type.shape) }, () =>
      Math.fround(limit * (2 * random.float() - 1)),
    )
  const filled = (ports: readonly Port[], limit: number, prefix = '') =>
    ports.map(({ name, node }) => [`${prefix}${name}`, fill(graph.nodes[node]!.type, limit)] as const)
  const seeded = graph.outputs.filter(
    ({ name, node }) => gradient?.of.includes(name) && graph.nodes[node]!.type.shape.length > 0,
  )
  const data = {
    inputs: new Map([...filled(graph.inputs, 1), ...filled(seeded, 1, 'd ')]),
    parameters: new Map(filled(graph.parameters, scale)),
  }
  if (program.states.length > 0) reach(program, data)
  return data
}

function reach({ graph, rows, steps, states }: Program, { inputs, parameters }: Data): void {
  const initial = new Set(states.map((state) => state.initial))
  const leaves = [...graph.inputs, ...graph.parameters].map(({ name, node }) => {
    const data = parameters.get(name) ?? inputs.get(name)!
    const given = initial.has(name) ? data.map(() => 0) : data
    return [node, valueOf(graph.nodes[node]!.type, steps, rows, given)] as const
  })
  const values = interpret(graph, new Map(leaves), { steps, rows })
  for (const state of states) {
    const { node } = graph.outputs.find(({ name }) => name === state.final)!
    const data = inputs.get(state.initial)!
    values[node]!.data.forEach((x, i) => {
      if (x !== 0) data[i] = Math.fround(x * (1 + Math.abs(data[i]!) / 4))
    })
  }
}

/** Everything that a program computes, by name: outputs, `d INPUT`, and `gradient PARAMETER`. */
export type Results = ReadonlyMap<string, ArrayLike<number>>

/** Gives an executable its data. */
export function give(executable: Executable, { inputs, parameters }: Data): void {
  for (const [name, data] of inputs) executable.write(name, data)
  for (const [name, data] of parameters) executable.writeParameter(name, data)
}

/** Reads all results of the last call of an executable. */
export function resultsOf(executable: Executable, { graph, gradient }: Program): Results {
  return new Map<string, ArrayLike<number>>([
    ...graph.outputs.map(({ name }) => [name, executable.read(name)] as const),
    ...(gradient?.inputs ?? []).map((name) => [`d ${name}`, executable.read(`d ${name}`)] as const),
    ...(gradient ? graph.parameters : []).map(
      ({ name }) => [`gradient ${name}`, executable.readParameter(name, 'gradient')] as const,
    ),
  ])
}

/** Where two sets of results differ most, in words, relative above 1; empty within the tolerance. */
export function difference(wanted: Results, got: Results, tolerance: number): string {
  let [largest, found] = [tolerance, '']
  for (const [name, want] of wanted) {
    const have = got.get(name)
    if (have?.length !== want.length) return `${name} has ${have?.length} entries, not ${want.length}`
    for (let i = 0; i < want.length; i++) {
      const error = Math.abs(want[i]! - have[i]!) / (1 + Math.abs(want[i]!))
      if (error <= largest) continue
      largest = error
      found = `${name}[${i}] is ${have[i]}, not ${want[i]}`
    }
  }
  return found
}
