import { SluiceError } from '../../core/errors.ts'
import type { Attributes, Node, StepGraph, Type } from '../../graph/index.ts'
import type { BuiltCell } from './cell-graph.ts'
import type { Size } from './size.ts'

type Given = Readonly<Record<string, number>>

/**
 * The step graph of a cell for given sizes: `{ input: 65, hidden: 128 }`. Parts that were the k-th of n become
 * slices. Throws a SluiceError when a size is missing, unknown, no whole number above zero or against a constraint.
 */
export function concreteGraph(cell: BuiltCell, given: Given): StepGraph {
  const { step, sizes, constraints } = cell
  checkGiven(step.name, sizes, given)
  for (const { left, right, reason } of constraints) {
    const values = [left, right].map((size) => size.value(given))
    if (values[0]!.over === values[1]!.over && values[0]!.under === values[1]!.under) continue
    throw new SluiceError('cell-sizes/differ', {
      cell: step.name,
      left: String(left),
      right: String(right),
      reason,
      given: listOf(given),
    })
  }
  const number = (size: Size): number => wholeSize(step.name, size, given)
  const nodes = step.nodes.map((node) => concreteNode(node, number))
  return { ...step, nodes }
}

function concreteNode(node: Node<Size>, number: (size: Size) => number): Node {
  const { op, inputs, attributes, name } = node
  const type: Type = { extent: node.type.extent, shape: node.type.shape.map(number) }
  const named = name === undefined ? {} : { name }
  if (op === 'block') {
    const size = type.shape[0]!
    return {
      op: 'slice',
      inputs,
      attributes: { offset: (attributes.index as number) * size, size },
      type,
      ...named,
    }
  }
  const settings: Attributes =
    attributes.size === undefined ? attributes : { ...attributes, size: number(attributes.size as Size) }
  return { op, inputs, attributes: settings, type, ...named }
}

function checkGiven(cell: string, sizes: readonly string[], given: Given): void {
  for (const name of Object.keys(given)) {
    if (!sizes.includes(name))
      throw new SluiceError('cell-sizes/unknown', { cell, name, sizes: sizes.join(', ') })
  }
  for (const name of sizes) {
    const value = given[name]
    if (value === undefined)
      throw new SluiceError('cell-sizes/missing', { cell, name, sizes: sizes.join(', ') })
    if (!Number.isSafeInteger(value) || value < 1)
      throw new SluiceError('cell-sizes/whole', { cell, name, value })
  }
}

function wholeSize(cell: string, size: Size, given: Given): number {
  const { over, under } = size.value(given)
  if (under === 1 && over > 0) return over
  const value = under === 1 ? over : over / under
  throw new SluiceError('cell-sizes/value', { cell, size: String(size), value, given: listOf(given) })
}

function listOf(given: Given): string {
  return Object.entries(given)
    .map(([name, value]) => `${name} is ${value}`)
    .join(', ')
}
