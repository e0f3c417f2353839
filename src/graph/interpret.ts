import { ancestors } from './ancestors.ts'
import { type Context, meanings } from './meanings/index.ts'
import type { Graph, Node } from './types.ts'
import { type Value, eachRow, entries, reader, zeros } from './value.ts'
import { type Scalar, scalars } from './meanings/scalars.ts'
import { invariant } from '../core/errors.ts'

/** Numbers of one call: window length, batch rows, and what random operations count by. */
export interface Call {
  readonly steps: number
  readonly rows: number
  readonly seed?: number
  readonly update?: number
}

/** A value, or all results of an operation that has several. */
type Result = Value | readonly Value[]

/**
 * Evaluates a graph in float64, node by node: the meaning that every plan and runtime must reproduce.
 * `leaves` gives inputs, states and parameters by node number. `wanted` limits the work to what those nodes need.
 */
export function interpret(
  graph: Graph,
  leaves: ReadonlyMap<number, Value>,
  call: Call,
  wanted?: readonly number[],
): readonly (Value | undefined)[] {
  const needed = wanted && ancestors(graph, wanted)
  const results: (Result | undefined)[] = []
  for (const [id, node] of graph.nodes.entries()) {
    results.push(needed && !needed.has(id) ? undefined : (leaves.get(id) ?? evaluate(node, results, call)))
  }
  return results.map((result) => (isValue(result) ? result : undefined))
}

function isValue(result: Result | undefined): result is Value {
  return result !== undefined && !Array.isArray(result)
}

function evaluate(node: Node, results: readonly (Result | undefined)[], call: Call): Result {
  if (node.op === 'pick')
    return (results[node.inputs[0]!] as readonly Value[])[node.attributes.index as number]!
  const inputs = node.inputs.map((input) => {
    const value = results[input]
    invariant(isValue(value), `${node.op} reads a node without a value`)
    return value
  })
  return evaluateNode(node, inputs, call)
}

/** The float64 meaning of one operation; several values for `scan` and `scan_gradient`. */
export function evaluateNode(node: Node, inputs: readonly Value[], call: Call): Result {
  const scalar = scalars.get(node.op)
  if (scalar) return elementwise(node, scalar, inputs, call)
  const meaning = meanings.get(node.op)
  invariant(meaning, `the leaf ${String(node.attributes.name)} was not given`)
  return meaning(inputs, contextOf(node, call))
}

function contextOf(node: Node, call: Call): Context {
  const { steps, rows, seed = 0, update = 0 } = call
  return {
    node,
    steps,
    rows,
    seed,
    update,
    run: (graph, leaves, width) => interpret(graph, leaves, { ...call, steps: 1, rows: width }),
  }
}

function elementwise(node: Node, apply: Scalar, inputs: readonly Value[], call: Call): Value {
  const { type, attributes } = node
  const result = zeros(type, call.steps, call.rows)
  const size = entries(type.shape)
  const a = reader(inputs[0]!)
  const b = inputs.length > 1 ? reader(inputs[1]!) : a
  eachRow(type, call.steps, call.rows, (step, row, index) => {
    for (let i = 0; i < size; i++)
      result.data[index * size + i] = apply(a(step, row, i), b(step, row, i), attributes)
  })
  return result
}
