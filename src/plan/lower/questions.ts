import { ancestors, isLoss, isLossGradient } from '../../graph/index.ts'
import { invariant } from '../../core/errors.ts'
import type { Plan } from '../plan.ts'
import type { Target } from './lowered.ts'

/** Whether a result of a scan is read by nothing but a loss. */
export function isOnlyForLoss({ nodes, order }: Plan, scan: number, index: number): boolean {
  const picks = new Set(
    order.filter(
      (id) =>
        nodes[id]!.op === 'pick' && nodes[id]!.inputs[0] === scan && nodes[id]!.attributes.index === index,
    ),
  )
  const readers = order.filter((id) => nodes[id]!.inputs.some((input) => picks.has(input)))
  return readers.length > 0 && readers.every((id) => isLoss(nodes[id]!.op) || isLossGradient(nodes[id]!.op))
}

/** The node that holds the same numbers as another in each row, in the order in which they are written. */
export function inOrderWritten(nodes: Plan['nodes'], id: number): number {
  const { op, inputs } = nodes[id]!
  return op === 'reverse' ? inOrderWritten(nodes, inputs[0]!) : id
}

/** The parameter of whose gradient a node is a part. */
export function parameterOf({ nodes, parameterGradients, partition }: Plan, id: number): number {
  const port = parameterGradients.find(({ node }) => ancestors({ nodes }, [node]).has(id))
  const parameter = partition.graph.parameters.find(({ name }) => name === port?.name)
  invariant(parameter, 'a sum is the gradient of a parameter')
  return parameter.node
}

/** Whether windows carry on the state that starts from an input. */
export function isCarried({ partition }: Plan, { carried = [] }: Target, input: number): boolean {
  const { graph, inputs } = partition
  const parts = new Set(graph.inputs.filter(({ node }) => node === input).map(({ name }) => name))
  return carried.some((name) => inputs.get(name)?.some((piece) => parts.has(piece.name)))
}
