import { type Call, type Node, type Value, evaluateNode, stepOf, writeStep, zeros } from '../graph/index.ts'
import { type Plan, type PlannedScan } from './plan.ts'
import { type ScanPlan, type Stage, isAlias, nodesOf } from './schedule.ts'
import { invariant } from '../core/errors.ts'

type Results = readonly (Value | undefined)[]

/**
 * Runs a logical plan in float64, stage by stage and with nothing but what the plan keeps: tests the planner apart
 * from lowering and kernels. `leaves` gives inputs, parameters and seeds by node; the result holds every node's value.
 */
export function interpretPlan(plan: Plan, leaves: ReadonlyMap<number, Value>, call: Call): Results {
  const values: (Value | undefined)[] = []
  const several = new Map<number, Results>()
  const histories = new Map<number, History>()
  const value = (id: number): Value => {
    invariant(values[id], `node ${id} is computed before it is read`)
    return values[id]
  }
  for (const id of plan.order) {
    const node = plan.nodes[id]!
    const planned = plan.scans.find((scan) => scan.node === id || scan.gradient === id)
    if (leaves.has(id)) values[id] = leaves.get(id)!
    else if (node.op === 'pick') values[id] = several.get(node.inputs[0]!)![node.attributes.index as number]
    else if (planned?.node === id) several.set(id, forward(planned, node.inputs.map(value), call, histories))
    else if (planned)
      several.set(id, backward(planned, node, node.inputs.map(value), call, histories.get(planned.node)!))
    else values[id] = evaluateNode(node, node.inputs.map(value), call) as Value
  }
  return values
}

/** What the forward pass leaves for the backward pass: parameters, and the stored values of each step. */
type History = readonly ReadonlyMap<number, Value>[]

/** Computes the nodes of some stages; every read must find its value there. */
function runStages(plan: ScanPlan, stages: readonly Stage[], values: Map<number, Value>, call: Call): void {
  const { nodes } = plan.program
  const value = (id: number): Value => read(plan.program, values, id, call)
  for (const stage of stages) {
    for (const id of nodesOf(stage)) {
      values.set(id, evaluateNode(nodes[id]!, nodes[id]!.inputs.map(value), call) as Value)
    }
  }
}

/** A value of this step; an alias shows its source in its own type. */
function read(
  program: ScanPlan['program'],
  values: ReadonlyMap<number, Value>,
  id: number,
  call: Call,
): Value {
  const node = program.nodes[id]!
  if (node.op === 'constant') return evaluateNode(node, [], call) as Value
  if (isAlias(program, id))
    return evaluateNode(node, [read(program, values, node.inputs[0]!, call)], call) as Value
  const found = values.get(id)
  invariant(found, `node ${id} of ${program.name} is there when it is read`)
  return found
}

function forward(
  scan: PlannedScan,
  inputs: readonly Value[],
  call: Call,
  histories: Map<number, History>,
): Results {
  const { program, kept } = scan.plan
  const { steps, rows } = call
  const sequence = (node: number): Value =>
    zeros({ extent: 'step', shape: program.nodes[node]!.type.shape }, steps, rows)
  const outputs = program.outputs.map(({ node }) => sequence(node))
  const once: Call = { ...call, steps: 1 }
  const stored: Map<number, Value>[] = []
  const ahead = program.inputs.length
  let states = inputs.slice(ahead, ahead + program.states.length)
  for (let t = 0; t < steps; t++) {
    const values = new Map<number, Value>()
    program.inputs.forEach(({ node }, i) => values.set(node, stepOf(inputs[i]!, t)))
    program.states.forEach(({ previous }, i) => values.set(previous, states[i]!))
    program.parameters.forEach(({ node }, i) => values.set(node, inputs[ahead + program.states.length + i]!))
    const before = new Map(values)
    runStages(scan.plan, scan.plan.forward, values, once)
    states = program.states.map(({ next }) => read(program, values, next, once))
    program.outputs.forEach(({ node }, i) => writeStep(outputs[i]!, t, read(program, values, node, once)))
    const ends = [...program.states.map(({ next }) => next), ...program.outputs.map(({ node }) => node)]
    for (const id of [...kept, ...ends]) before.set(id, read(program, values, id, once))
    stored.push(before)
  }
  histories.set(scan.node, stored)
  return [...outputs, ...states]
}

function backward(
  scan: PlannedScan,
  node: Node,
  inputs: readonly Value[],
  call: Call,
  history: History,
): Results {
  const { program, backward: stages } = scan.plan
  const once: Call = { ...call, steps: 1 }
  const results = node.results!.map((type) => zeros(type, call.steps, call.rows))
  const ahead = program.inputs.length + program.states.length
  const seeds = inputs.slice(ahead + program.parameters.length)
  let carry = firstCarry(program, seeds.slice(program.outputs.length))
  for (let t = call.steps - 1; t >= 0; t--) {
    const values = new Map([...history[t]!, ...carry])
    program.seeds.forEach((leaf, i) => leaf !== undefined && values.set(leaf, stepOf(seeds[i]!, t)))
    runStages(scan.plan, stages, values, once)
    program.inputGradients.forEach(
      (id, i) => id !== undefined && writeStep(results[i]!, t, read(program, values, id, once)),
    )
    sumParameters(program, values, results.slice(ahead), once)
    carry = new Map(
      program.states.flatMap(({ carries, previous }) =>
        carries.map(({ leaf, source: made }) => {
          const type = program.nodes[previous]!.type
          return [
            leaf,
            made === undefined ? zeros(type, 1, call.rows) : read(program, values, made, once),
          ] as const
        }),
      ),
    )
  }
  program.states.forEach(({ carries }, i) => {
    for (const { leaf } of carries) add(results[program.inputs.length + i]!, carry.get(leaf)!)
  })
  return results
}

/** The gradient of the final state enters through the first leaf. */
function firstCarry(program: ScanPlan['program'], finals: readonly Value[]): Map<number, Value> {
  return new Map(
    program.states.flatMap(({ carries }, i) =>
      carries.map(
        ({ leaf }, part) =>
          [leaf, part === 0 ? finals[i]! : zeros(finals[i]!.type, 1, finals[i]!.rows)] as const,
      ),
    ),
  )
}

function sumParameters(
  program: ScanPlan['program'],
  values: Map<number, Value>,
  totals: readonly Value[],
  call: Call,
): void {
  const total = (parameter: number): Value =>
    totals[program.parameters.findIndex(({ node }) => node === parameter)]!
  const type = (parameter: number) => program.nodes[parameter]!.type
  const value = (id: number): Value => read(program, values, id, call)
  for (const { parameter, transposed, gradient, operand } of program.matrices) {
    const pair = transposed ? [value(operand), value(gradient)] : [value(gradient), value(operand)]
    const node: Node = { op: 'outer', inputs: [], attributes: {}, type: type(parameter) }
    add(total(parameter), evaluateNode(node, pair, call) as Value)
  }
  for (const { parameter, value: id } of program.vectors) {
    const node: Node = { op: 'sum_rows', inputs: [], attributes: {}, type: type(parameter) }
    add(total(parameter), evaluateNode(node, [value(id)], call) as Value)
  }
}

function add(total: Value, part: Value): void {
  part.data.forEach((x, i) => (total.data[i]! += x))
}
