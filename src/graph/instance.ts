import type { Builder } from './builder.ts'
import type { StepGraph } from './types.ts'

/**
 * Writes the operations of a step graph into another graph, with nodes of that graph in place of its leaves, and gives
 * the new number of each of its nodes. Leaves without an entry in `leaves` stay unnumbered and must not be read.
 */
export function instantiate(
  build: Builder,
  { nodes }: StepGraph,
  leaves: ReadonlyMap<number, number>,
  nameOf: (name: string) => string,
): readonly number[] {
  const made: number[] = []
  for (const [id, { op, inputs, attributes, name }] of nodes.entries()) {
    const leaf = leaves.get(id)
    if (leaf !== undefined) {
      made[id] = leaf
    } else {
      const own = inputs.map((input) => made[input]!)
      made[id] = build.add(op, own, attributes, name === undefined ? undefined : nameOf(name))
    }
  }
  return made
}
