import type { Plan } from '../plan.ts'
import type { Lowering, ParameterPlace, ParameterSize } from './writer.ts'

/** Offsets of the buffers that there are of all parameters. */
export interface Buffers {
  readonly value: number
  readonly gradient?: number
  readonly slot0?: number
  readonly slot1?: number
  readonly slot2?: number
  readonly average?: number
}

/** Sizes of everything that stands in the parameter buffers: the parameters, then weights that are made from them. */
export function parameterSizes({
  nodes,
  order,
  forward,
  partition,
}: Plan): ReadonlyMap<number, ParameterSize> {
  const embedded = new Set(nodes.flatMap(({ op, inputs }) => (op === 'gather' ? [inputs[0]!] : [])))
  const made = order.filter((id) => id < forward && nodes[id]!.op === 'weight_dropout')
  const all = [...partition.graph.parameters.map(({ node }) => node), ...made]
  return new Map(
    all.map((node) => {
      const [down, across = 1] = nodes[node]!.type.shape
      return [node, { rows: down!, columns: across, byRow: embedded.has(node) }] as const
    }),
  )
}

/** Makes the optimizer's buffers and that of the average. */
export function extraBuffers(
  { arena, parameterFloats }: Lowering,
  slots: number,
  average: boolean,
): Omit<Buffers, 'value' | 'gradient'> {
  const names = [...['slot0', 'slot1', 'slot2'].slice(0, slots), ...(average ? ['average'] : [])]
  return Object.fromEntries(names.map((name) => [name, arena.allocate(parameterFloats)]))
}

/** The parts that updates train, in the order of their places, with the names of their parameters. */
export function trainedParts(
  { trained, partition }: Plan,
  places: ReadonlyMap<number, ParameterPlace>,
): readonly { readonly name: string; readonly place: ParameterPlace }[] {
  const nodes = new Map(trained.map(({ name, node }) => [name, node]))
  const parts = [...partition.parameters].flatMap(([name, pieces]) =>
    pieces.flatMap((piece) => {
      const node = nodes.get(piece.name)
      return node === undefined ? [] : [{ name, place: places.get(node)! }]
    }),
  )
  return parts.toSorted((a, b) => a.place.offset - b.place.offset)
}
