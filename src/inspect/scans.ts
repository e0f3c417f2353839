import type { StepGraph, WindowGraph } from '../graph/index.ts'

/** A cell at work in a window: the scan that runs it. */
export interface NamedScan {
  /** Prefix of its parameters and states: `layers.0`, `layers.1.reverse`, `head`. */
  readonly name: string
  /** Its node in the window graph. */
  readonly node: number
  readonly step: StepGraph
}

/**
 * The cells of a window by name, from the input up; what has neither parameters nor states has no name. A product that a
 * window makes of a memory, once for all steps, is part of the cell that attends to it.
 */
export function scansOf(graph: WindowGraph): readonly NamedScan[] {
  return graph.nodes.flatMap(({ op, attributes }, node) => {
    if (op !== 'scan') return []
    const step = attributes.step as StepGraph
    if (step.traces.length === 0) return []
    const name = nameOf(graph, node, step)
    return name === undefined ? [] : [{ name, node, step }]
  })
}

/** What stands before `.W` in the name of the leaf that gives the parameter W, or before `.h` in that of a state. */
function nameOf(graph: WindowGraph, node: number, step: StepGraph): string | undefined {
  const { inputs } = graph.nodes[node]!
  const given = [...step.inputs, ...step.states, ...step.parameters].map(({ name }, index) => ({
    name,
    leaves: index < step.inputs.length ? [] : leavesOf(graph, inputs[index]!),
  }))
  const found = given
    .toReversed()
    .flatMap(({ name, leaves }) =>
      leaves.filter((leaf) => leaf.endsWith(`.${name}`)).map((leaf) => leaf.slice(0, -name.length - 1)),
    )
  return found[0]
}

/** Names of the inputs and parameters that a node is made from, without going into other scans. */
function leavesOf({ nodes }: WindowGraph, id: number): readonly string[] {
  const { op, inputs, attributes } = nodes[id]!
  if (op === 'input' || op === 'parameter') return [attributes.name as string]
  return op === 'pick'
    ? []
    : inputs.toReversed().flatMap((input) => leavesOf({ nodes } as WindowGraph, input))
}
