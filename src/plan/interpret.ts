import type { Node } from '../graph/index.ts'
import { type Value, putRows, stepOf, takeRows, zeros } from '../graph/value.ts'
import { type Call, evaluateNode } from '../graph/interpret.ts'
import { activeRows } from '../graph/meanings/sequence.ts'
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
    else if (planned?.node === id)
      several.set(id, forward(planned, node, node.inputs.map(value), call, histories))
    else if (planned)
      several.set(id, backward(planned, node, node.inputs.map(value), call, histories.get(planned.node)!))
    else values[id] = evaluateNode(node, node.inputs.map(value), call) as Value
  }
  return values
}

/** What the forward pass leaves for the backward pass of each step: its rows, their parameters and stored values. */
type History = readonly { readonly rows: readonly number[]; readonly values: ReadonlyMap<number, Value> }[]

/** The lengths of the rows of a masked scan, the input after its parameters. */
function lengthsOf({ program }: ScanPlan, { attributes }: Node, inputs: readonly Value[]): Value | undefined {
  const { inputs: sequences, states, parameters } = program
  const at = sequences.length + states.length + parameters.length
  return attributes.masked === true ? inputs[at] : undefined
}

/** The vectors of one step with some rows replaced. */
function replaced(value: Value, rows: readonly number[], part: Value): Value {
  const next = { ...value, data: value.data.slice() }
  putRows(next, rows, part)
  return next
}

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
  node: Node,
  inputs: readonly Value[],
  call: Call,
  histories: Map<number, History>,
): Results {
  const { program, kept } = scan.plan
  const { steps, rows } = call
  const outputs = node.results!.slice(0, program.outputs.length).map((type) => zeros(type, steps, rows))
  const ahead = program.inputs.length
  const lengths = lengthsOf(scan.plan, node, inputs)
  let states: readonly Value[] = inputs.slice(ahead, ahead + program.states.length)
  const stored = Array.from({ length: steps }, (_unused, t) => {
    const active = activeRows(lengths, t, rows)
    const values = new Map<number, Value>()
    program.inputs.forEach(({ node: id }, i) => values.set(id, takeRows(at(inputs[i]!, t), active)))
    program.states.forEach(({ previous }, i) => values.set(previous, takeRows(states[i]!, active)))
    program.parameters.forEach((port, i) => values.set(port.node, inputs[ahead + program.states.length + i]!))
    const before = new Map(values)
    if (active.length === 0) return { rows: active, values: before }
    const once: Call = { ...call, steps: 1, rows: active.length }
    runStages(scan.plan, scan.plan.forward, values, once)
    const result = (id: number): Value => read(program, values, id, once)
    states = program.states.map(({ next }, i) => replaced(states[i]!, active, result(next)))
    program.outputs.forEach(({ node: id }, i) => putRows(stepOf(outputs[i]!, t), active, result(id)))
    const ends = [...program.states.map(({ next }) => next), ...program.outputs.map((port) => port.node)]
    for (const id of [...kept, ...ends]) before.set(id, result(id))
    return { rows: active, values: before }
  })
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
  const results = node.results!.map((type) => zeros(type, call.steps, call.rows))
  const ahead = program.inputs.length + program.states.length
  const seeds = inputs.slice(ahead + program.parameters.length + Number(node.attributes.masked === true))
  let carry: ReadonlyMap<number, Value> = firstCarry(program, seeds.slice(program.outputs.length))
  for (let t = call.steps - 1; t >= 0; t--) {
    const { rows: active, values: stored } = history[t]!
    if (active.length === 0) continue
    const once: Call = { ...call, steps: 1, rows: active.length }
    const values = new Map(stored)
    for (const [leaf, value] of carry) values.set(leaf, takeRows(value, active))
    program.seeds.forEach(
      (leaf, i) => leaf !== undefined && values.set(leaf, takeRows(stepOf(seeds[i]!, t), active)),
    )
    runStages(scan.plan, stages, values, once)
    const result = (id: number): Value => read(program, values, id, once)
    program.inputGradients.forEach(
      (id, i) => id !== undefined && putRows(stepOf(results[i]!, t), active, result(id)),
    )
    program.memoryGradients.forEach((terms, i) => {
      for (const id of terms) addRows(results[i]!, active, result(id))
    })
    sumParameters(program, values, results.slice(ahead), once)
    carry = new Map(
      program.states.flatMap(({ carries, previous }) =>
        carries.map(({ leaf, source: made }) => {
          const part =
            made === undefined ? zeros(program.nodes[previous]!.type, 1, active.length) : result(made)
          return [leaf, replaced(carry.get(leaf)!, active, part)] as const
        }),
      ),
    )
  }
  program.states.forEach(({ carries }, i) => {
    for (const { leaf } of carries) add(results[program.inputs.length + i]!, carry.get(leaf)!)
  })
  return results
}

/** What a step reads of a sequence, or of what is the same at every step. */
const at = (input: Value, t: number): Value => (input.type.extent === 'step' ? stepOf(input, t) : input)

/** Adds values of some rows to these rows of a total. */
function addRows(total: Value, rows: readonly number[], part: Value): void {
  const sum = zeros(total.type, 1, total.rows)
  putRows(sum, rows, part)
  add(total, sum)
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
