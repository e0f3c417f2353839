import type { Diagram } from './diagram.ts'
import { arranged } from './order.ts'

/** A place of a layered drawing: a vertex, or a point that a longer link passes through. */
export interface Place {
  readonly layer: number
  /** The vertex whose value is here. */
  readonly vertex: number
  readonly isPoint: boolean
}

/** A part of a link between neighbouring layers; the last part of a link knows it. */
export interface Segment {
  readonly from: number
  readonly to: number
  readonly link?: number
}

/** A diagram in layers from left to right. */
export interface Layered {
  readonly places: readonly Place[]
  readonly segments: readonly Segment[]
  /** Places of each layer from top to bottom. */
  readonly layers: readonly (readonly number[])[]
}

/** Layers of a diagram in an order with few crossings (Sugiyama, Tagawa and Toda 1981). Links of one value share their way. */
export function layered(diagram: Diagram): Layered {
  const ranks = rank(diagram)
  const { places, segments } = route(diagram, ranks)
  return { places, segments, layers: arranged(diagram, places, segments) }
}

/** The layer of each vertex: outer values first and last, the others as far left as what they read allows. */
function rank({ vertices, links }: Diagram): readonly number[] {
  const ranks = vertices.map(() => 0)
  for (const vertex of vertices.keys()) {
    for (const { from, to } of links) {
      if (to === vertex) ranks[to] = Math.max(ranks[to]!, ranks[from]! + 1)
    }
  }
  const last = Math.max(...ranks)
  for (const [vertex, { kind }] of vertices.entries()) {
    if (kind === 'next' || kind === 'output') ranks[vertex] = last
  }
  return pulled({ vertices, links }, ranks)
}

/** Moves what has one reader and no others beside it next to that reader, where nothing gets longer. */
function pulled({ vertices, links }: Diagram, ranks: number[]): readonly number[] {
  for (const vertex of [...vertices.keys()].toReversed()) {
    const into = links.filter(({ to }) => to === vertex)
    const out = links.filter(({ from }) => from === vertex)
    if (vertices[vertex]!.kind !== 'operation' || out.length === 0) continue
    const shared = into.every(({ from }) =>
      links.some((link) => link.from === from && link.to !== vertex && ranks[link.to]! > ranks[vertex]!),
    )
    if (into.length <= 1 && shared) ranks[vertex] = Math.min(...out.map(({ to }) => ranks[to]!)) - 1
  }
  return ranks
}

function route(
  { vertices, links }: Diagram,
  ranks: readonly number[],
): { readonly places: readonly Place[]; readonly segments: readonly Segment[] } {
  const places: Place[] = vertices.map((_vertex, vertex) => ({
    layer: ranks[vertex]!,
    vertex,
    isPoint: false,
  }))
  const segments: Segment[] = []
  const points = new Map<string, number>()
  const pointOf = (vertex: number, layer: number): number => {
    if (layer === ranks[vertex]) return vertex
    const key = `${vertex} ${layer}`
    const known = points.get(key)
    if (known !== undefined) return known
    const made = places.push({ layer, vertex, isPoint: true }) - 1
    points.set(key, made)
    segments.push({ from: pointOf(vertex, layer - 1), to: made })
    return made
  }
  links.forEach(({ from, to }, link) => {
    segments.push({ from: pointOf(from, ranks[to]! - 1), to, link })
  })
  return { places, segments }
}
