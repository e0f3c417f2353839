import type { StepGraph, WindowGraph } from '../src/graph/index.ts'
import type { Task } from './models.ts'

/** A training step counts as three forward passes: one forward, two products for each of it backward. */
const passes: Readonly<Record<Task, number>> = { training: 3, forward: 1, sampling: 1 }

/**
 * Floating-point operations of a task for one token: the multiplications and additions of the forward products, three
 * times in training. A product with a one-hot vector only picks a column and counts nothing.
 */
export function flopsOf(task: Task, graph: WindowGraph): number {
  let total = 0
  for (const { op, inputs, attributes } of graph.nodes) {
    if (op !== 'scan') continue
    const oneHot = inputs.map((input) => graph.nodes[input]!.op === 'onehot')
    total += stepFlops(attributes.step as StepGraph, oneHot)
  }
  return passes[task] * total
}

/** Floating-point operations of the products of one step; `oneHot` says which of its inputs are one-hot. */
export function stepFlops(step: StepGraph, oneHot: readonly boolean[]): number {
  const free = new Set(step.inputs.filter((_port, index) => oneHot[index]).map(({ node }) => node))
  let total = 0
  for (const { op, inputs, type } of step.nodes) {
    if (op === 'product') total += 2 * type.shape[0]! * countedEntries(step, inputs[1]!, free)
  }
  return total
}

/** Entries of an operand that are multiplied: all but those of one-hot parts. */
function countedEntries(step: StepGraph, operand: number, free: ReadonlySet<number>): number {
  const { op, inputs, type } = step.nodes[operand]!
  if (free.has(operand)) return 0
  if (op === 'concat') return inputs.reduce((total, input) => total + countedEntries(step, input, free), 0)
  return type.shape[0]!
}
