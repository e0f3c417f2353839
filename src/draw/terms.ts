import type { Node } from '../graph/index.ts'

/** A part of a sum and its sign. */
export interface Term {
  readonly node: number
  readonly sign: 1 | -1
}

/** The terms of a sum, through the sums that `isInner` says are parts of it. */
export function terms<S>(
  nodes: readonly Node<S>[],
  sum: number,
  isInner: (node: number) => boolean,
): readonly Term[] {
  const found: Term[] = []
  const visit = (node: number, sign: 1 | -1): void => {
    const { op, inputs } = nodes[node]!
    if ((op !== 'add' && op !== 'sub') || (node !== sum && !isInner(node))) {
      found.push({ node, sign })
      return
    }
    visit(inputs[0]!, sign)
    visit(inputs[1]!, op === 'sub' ? (-sign as 1 | -1) : sign)
  }
  visit(sum, 1)
  return found
}

/** Whether a node is a vector less its mean, over its deviation: layer norm before gain and bias. */
export function isNormal<S>(nodes: readonly Node<S>[], node: number): boolean {
  const { op, inputs } = nodes[node]!
  if (op !== 'div') return false
  const [over, under] = inputs.map((input) => nodes[input]!)
  const isCentred = over!.op === 'sub' && nodes[over!.inputs[1]!]!.op === 'mean'
  return isCentred && under!.op === 'sqrt' && under!.type.shape.length === 0
}

/** The vector that a normal one is made of. */
export function normArgument<S>(nodes: readonly Node<S>[], node: number): number {
  return nodes[nodes[node]!.inputs[0]!]!.inputs[0]!
}
