import type { Node } from '../../graph/index.ts'
import { isZero } from '../plan.ts'
import { Unsupported } from '../../core/errors.ts'
import { constantRow } from './arena.ts'
import type { Initial } from './scan.ts'
import type { Lowering } from './writer.ts'

/** The parameter that a node repeats for each row. */
function repeated(nodes: readonly Node[], node: number): number | undefined {
  const { op, inputs } = nodes[node]!
  return op === 'parameter' ? node : op === 'spread' ? repeated(nodes, inputs[0]!) : undefined
}

/** Whether a state starts from a final value of another scan. */
export function isHanded(nodes: readonly Node[], node: number): boolean {
  const { op, inputs } = nodes[node]!
  return op === 'pick' && nodes[inputs[0]!]!.op === 'scan'
}

/** The input that gives a state its initial value; in some rows at least. */
export function givenStart(nodes: readonly Node[], node: number): number | undefined {
  const { op, inputs } = nodes[node]!
  if (isZero(nodes, node) || repeated(nodes, node) !== undefined || isHanded(nodes, node)) return undefined
  const given = op === 'select' ? inputs[2]! : node
  if (nodes[given]!.op !== 'input') throw new Unsupported('unsupported/initial')
  return given
}

/** What rows start from instead: a parameter, or a parameter or zero in rows that flags (their places by node) name. */
export function freshStart(
  lowering: Lowering,
  nodes: readonly Node[],
  flags: ReadonlyMap<number, number>,
  node: number,
): Initial['fresh'] {
  const { op, inputs } = nodes[node]!
  const fresh = op === 'select' ? inputs[1]! : node
  const parameter = repeated(nodes, fresh)
  if (parameter === undefined && op !== 'select') return undefined
  if (parameter === undefined && !isZero(nodes, fresh)) throw new Unsupported('unsupported/initial')
  const place = parameter === undefined ? undefined : lowering.parameters.get(parameter)!
  return {
    from: place && constantRow(lowering.values + place.offset, lowering.shape.width),
    flags: op === 'select' ? flags.get(inputs[0]!)! : -1,
  }
}
