import type { Graph } from './types.ts'

/** The nodes that `wanted` is computed from, itself included. */
export function ancestors(graph: Graph, wanted: readonly number[]): ReadonlySet<number> {
  const found = new Set(wanted)
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    if (found.has(id)) for (const input of graph.nodes[id]!.inputs) found.add(input)
  }
  return found
}
