import type { Graph, Node, Port, StepGraph, Type, WindowGraph } from '../graph/index.ts'
import { differentiate } from '../graph/differentiate.ts'
import { Builder, ancestors, numbers } from '../graph/index.ts'
import { type Partition, partition } from './partition.ts'
import { type ScanPlan, planScan } from './schedule.ts'
import { type StepRequest, stepProgram } from './step.ts'
import { SluiceError, Unsupported, invariant } from '../core/errors.ts'

/** What to plan: a window graph and which gradients are wanted (see `Program` of the runtimes). */
export interface PlanRequest {
  readonly graph: WindowGraph
  readonly gradient?: {
    readonly of: readonly string[]
    readonly inputs: readonly string[]
    readonly frozen?: readonly string[]
  }
}

/** A scan with its plan; `gradient` is the node of its derivative. */
export interface PlannedScan {
  readonly node: number
  readonly gradient: number | undefined
  readonly plan: ScanPlan
}

/**
 * The logical plan, the same for every runtime: the cut window graph with its derivative, and the stages of every
 * scan. Nodes below `forward` are the forward pass.
 */
export interface Plan extends Graph {
  readonly partition: Partition
  /** Whether gradients were asked for. */
  readonly training: boolean
  readonly forward: number
  /** Nodes to compute, in order. */
  readonly order: readonly number[]
  readonly scans: readonly PlannedScan[]
  /** Leaves to seed: gradients of outputs, named `d NAME` part by part. */
  readonly seeds: readonly Port[]
  /** Gradients of the parts of parameters and of wanted inputs, named like the parts. */
  readonly parameterGradients: readonly Port[]
  /** The parts of the parameters that are not frozen; none without gradients. */
  readonly trained: readonly Port[]
  readonly inputGradients: readonly Port[]
}

/** Plans a window graph: cuts it, differentiates it, and puts the steps of its scans into stages. */
export function plan({ graph, gradient }: PlanRequest): Plan {
  const cut = partition(graph)
  const build = new Builder(numbers, cut.graph.nodes)
  const forward = build.nodes.length
  const seeded = gradient
    ? seedOutputs(build, cut, gradient.of)
    : { seeds: new Map<number, number>(), ports: [] }
  const inputs = (gradient?.inputs ?? []).flatMap((name) => portsOf(cut.graph.inputs, cut.inputs, name))
  const trained = gradient ? trainedParts(cut, gradient.frozen ?? []) : []
  const wanted = [...trained, ...inputs]
  const gradients = differentiate(
    build,
    seeded.seeds,
    wanted.map(({ node }) => node),
  )
  const parameterGradients = trained.flatMap(({ name, node }) =>
    gradients.has(node) ? [{ name, node: gradients.get(node)! }] : [],
  )
  const inputGradients = inputs.map(({ name, node }) => ({
    name,
    node: gradients.get(node) ?? build.zeros(build.type(node)),
  }))
  const ports = [...cut.graph.inputs, ...cut.graph.outputs, ...parameterGradients, ...inputGradients]
  const roots = ports.map(({ node }) => node)
  const order = [...ancestors({ nodes: build.nodes }, roots)].sort((a, b) => a - b)
  const scans = order
    .filter((id) => build.nodes[id]!.op === 'scan')
    .map((id) => planned(build.nodes, order, id))
  return {
    partition: cut,
    training: gradient !== undefined,
    nodes: build.nodes,
    forward,
    order,
    scans,
    seeds: seeded.ports,
    parameterGradients,
    trained,
    inputGradients,
  }
}

function trainedParts({ graph, parameters }: Partition, frozen: readonly string[]): readonly Port[] {
  const fixed = new Set(
    frozen.flatMap((name) => {
      const pieces = parameters.get(name)
      invariant(pieces, `the frozen ${name} is a parameter`)
      return pieces.map((piece) => piece.name)
    }),
  )
  return graph.parameters.filter(({ name }) => !fixed.has(name))
}

function portsOf(ports: readonly Port[], pieces: Partition['inputs'], name: string): readonly Port[] {
  const names = pieces.get(name)?.map((piece) => piece.name)
  if (!names) throw new SluiceError('program-name/graph', { name })
  return ports.filter((port) => names.includes(port.name))
}

function seedOutputs(build: Builder, cut: Partition, names: readonly string[]) {
  const seeds = new Map<number, number>()
  const ports: Port[] = []
  for (const { name, node } of names.flatMap((output) => portsOf(cut.graph.outputs, cut.outputs, output))) {
    const type = build.type(node)
    const seed = type.shape.length === 0 ? build.constant(1) : build.leaf('input', `d ${name}`, type)
    if (type.shape.length > 0) ports.push({ name: `d ${name}`, node: seed })
    const known = seeds.get(node)
    seeds.set(node, known === undefined ? seed : build.add('add', [known, seed]))
  }
  return { seeds, ports }
}

function planned(nodes: readonly Node[], order: readonly number[], id: number): PlannedScan {
  const { inputs, attributes } = nodes[id]!
  const step = attributes.step as StepGraph
  const gradient = order.find((other) => {
    const node = nodes[other]!
    return (
      node.op === 'scan_gradient' &&
      inputs.every((input, index) => node.inputs[index] === input) &&
      isOf(node, step)
    )
  })
  return {
    node: id,
    gradient,
    plan: planScan(
      stepProgram(step, gradient === undefined ? undefined : request(nodes, order, gradient, inputs.length)),
    ),
  }
}

function isOf(node: Node, step: StepGraph): boolean {
  return (node.attributes.gradient as { step: StepGraph }).step === step
}

/** Whether a node is a zero that stands for a gradient nobody gave. */
export function isZero(nodes: readonly Node[], id: number): boolean {
  const { op, inputs, attributes } = nodes[id]!
  return op === 'spread' ? isZero(nodes, inputs[0]!) : op === 'constant' && attributes.value === 0
}

/**
 * What is wanted of the derivative of a scan, whose seeds begin at input `first`.
 * @throws Unsupported where the gradient of a vector is wanted that is the same at every step
 */
function request(
  nodes: readonly Node[],
  order: readonly number[],
  gradient: number,
  first: number,
): StepRequest {
  const { inputs, attributes } = nodes[gradient]!
  const { step } = attributes.gradient as { step: StepGraph }
  const own = step.inputs.length + step.states.length
  const picked = new Set(
    order
      .filter((id) => nodes[id]!.op === 'pick' && nodes[id]!.inputs[0] === gradient)
      .map((id) => nodes[id]!.attributes.index),
  )
  const isStill = ({ extent, shape }: Type): boolean => extent === 'row' && shape.length < 2
  if (step.inputs.some((_input, index) => picked.has(index) && isStill(nodes[inputs[index]!]!.type)))
    throw new Unsupported('unsupported/still', { cell: step.name })
  return {
    outputs: step.outputs.map((_output, index) => !isZero(nodes, inputs[first + index]!)),
    inputs: step.inputs.map((_input, index) => picked.has(index)),
    parameters: step.parameters.map((_parameter, index) => picked.has(own + index)),
  }
}
