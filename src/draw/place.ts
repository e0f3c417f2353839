import type { Diagram, Vertex } from './diagram.ts'
import type { Layered } from './layers.ts'

/** A vertex on the page: its middle and the size of its shape. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** One link part on the page: from its start through a curve to `bend`, then straight to its end. */
export interface Wire {
  readonly from: readonly [x: number, y: number]
  readonly bend: number
  readonly to: readonly [x: number, y: number]
  /** The vertex whose value flows. */
  readonly vertex: number
  readonly link?: number
}

/** Where everything of a diagram stands, in pixels. */
export interface Placed {
  readonly boxes: readonly Box[]
  readonly wires: readonly Wire[]
  readonly width: number
  readonly height: number
}

/** A layer on the page; `labels` is how far in front of it the labels of its links reach. */
interface Column {
  readonly left: number
  readonly width: number
  readonly labels: number
}

/** Height of a line of text, and what a letter takes at most on average. */
const line = 15
const letter = 7
const margin = 14
/** Between the ends of two links that have labels. */
const port = 17

/** Pixels that a text takes, about. */
export function textWidth(text: string): number {
  return text.length * letter
}

/** Coordinates: layers become columns; in each, what is connected stands level where the order allows. */
export function placed(diagram: Diagram, layered: Layered): Placed {
  return new Placement(diagram, layered).write()
}

class Placement {
  readonly #diagram: Diagram
  readonly #layered: Layered
  readonly #heights: readonly number[]
  readonly #y: number[]

  constructor(diagram: Diagram, layered: Layered) {
    this.#diagram = diagram
    this.#layered = layered
    this.#heights = diagram.vertices.map((vertex, index) => this.#height(vertex, index))
    this.#y = layered.places.map(() => 0)
  }

  write(): Placed {
    const { layers, places } = this.#layered
    this.#level()
    const top = Math.min(...[...places.keys()].map((place) => this.#y[place]! - this.#above(place)))
    for (const place of places.keys()) this.#y[place]! += margin - top
    const columns = this.#columns()
    const boxes = this.#diagram.vertices.map((vertex, index) => {
      const { left, width } = columns[places[index]!.layer]!
      const height = this.#heights[index]!
      const own = vertex.kind === 'gate' ? width : widthOf(vertex)
      return { x: left + width / 2, y: this.#y[index]!, width: own, height }
    })
    const last = columns[layers.length - 1]!
    const bottom = Math.max(...[...places.keys()].map((place) => this.#y[place]! + this.#below(place)))
    return {
      boxes,
      wires: this.#wires(boxes, columns),
      width: Math.ceil(last.left + last.width + margin),
      height: Math.ceil(bottom + margin),
    }
  }

  #height({ kind }: Vertex, index: number): number {
    const ports = this.#diagram.links.filter(({ to }) => to === index)
    const least = kind === 'operation' || kind === 'join' ? 22 : 28
    const labelled = ports.some(({ label }) => label !== '')
    return Math.max(least, (ports.length - 1) * (labelled ? port : 7) + 12)
  }

  #above(place: number): number {
    const { vertex, isPoint } = this.#layered.places[place]!
    if (isPoint) return 5
    return this.#heights[vertex]! / 2 + (this.#diagram.vertices[vertex]!.title === undefined ? 0 : line)
  }

  #below(place: number): number {
    const { vertex, isPoint } = this.#layered.places[place]!
    return isPoint ? 5 : this.#heights[vertex]! / 2
  }

  /** Least distance of the middles of two neighbours of a column. */
  #distance(upper: number, lower: number): number {
    const points = [upper, lower].filter((place) => this.#layered.places[place]!.isPoint).length
    return this.#below(upper) + this.#above(lower) + (points === 2 ? 4 : points === 1 ? 6 : 12)
  }

  /** Moves every place towards its neighbours, over and over, as far as the order of its column lets it. */
  #level(): void {
    const { layers } = this.#layered
    for (const layer of layers) {
      layer.forEach((place, index) => {
        const upper = layer[index - 1]
        this.#y[place] = upper === undefined ? 0 : this.#y[upper]! + this.#distance(upper, place)
      })
      const middle = (this.#y[layer[0]!]! + this.#y[layer.at(-1)!]!) / 2
      for (const place of layer) this.#y[place]! -= middle
    }
    for (let round = 0; round < 200; round++) {
      for (const layer of round % 2 === 0 ? layers : layers.toReversed()) this.#settle(layer)
    }
  }

  #settle(layer: readonly number[]): void {
    const wanted = layer.map((place) => this.#pull(place))
    const offsets = layer.map(() => 0)
    for (let i = 1; i < layer.length; i++)
      offsets[i] = offsets[i - 1]! + this.#distance(layer[i - 1]!, layer[i]!)
    const found = increasing(wanted.map(({ y, weight }, i) => ({ y: y - offsets[i]!, weight })))
    layer.forEach((place, i) => (this.#y[place] = found[i]! + offsets[i]!))
  }

  /** Where the neighbours of a place pull it; straight ways pull most. */
  #pull(place: number): { readonly y: number; readonly weight: number } {
    const { places, segments } = this.#layered
    let [sum, weight] = [this.#y[place]! * 0.05, 0.05]
    for (const { from, to } of segments) {
      if (from !== place && to !== place) continue
      const other = from === place ? to : from
      const points = [from, to].filter((end) => places[end]!.isPoint).length
      const own = [1, 4, 40][points]!
      sum += own * (this.#y[other]! + (from === place ? this.#portAt(from, to) : -this.#portAt(from, to)))
      weight += own
    }
    return { y: sum / weight, weight }
  }

  /** How far above (negative: below) the middle of `to` a segment ends, turned around for its start. */
  #portAt(from: number, to: number): number {
    return this.#layered.places[to]!.isPoint ? 0 : this.#offset(from, to)
  }

  /** Where a segment ends at a vertex, from its middle; ends stand in the order of their starts. */
  #offset(from: number, to: number): number {
    const { segments } = this.#layered
    const ends = segments
      .filter((segment) => segment.to === to)
      .toSorted((a, b) => this.#y[a.from]! - this.#y[b.from]!)
    const labelled = ends.some(({ link }) => link !== undefined && this.#diagram.links[link]!.label !== '')
    const index = ends.findIndex((segment) => segment.from === from)
    return (index - (ends.length - 1) / 2) * (labelled ? port : 7)
  }

  #columns(): readonly Column[] {
    const { layers, segments, places } = this.#layered
    let left = margin
    return layers.map((layer, index) => {
      const own = layer.filter((place) => !places[place]!.isPoint)
      const width = Math.max(6, ...own.map((place) => widthOf(this.#diagram.vertices[place]!)))
      const entering = segments.filter(({ to }) => places[to]!.layer === index)
      const texts = entering.map(({ link }) => (link === undefined ? '' : this.#diagram.links[link]!.label))
      const labels = Math.max(8, ...texts.map((text) => (text === '' ? 0 : textWidth(text) + 10)))
      const steepest = Math.max(0, ...entering.map(({ from, to }) => Math.abs(this.#y[from]! - this.#y[to]!)))
      if (index > 0) left += labels + 18 + Math.min(44, steepest * 0.22)
      const column = { left, width, labels }
      left += width
      return column
    })
  }

  #wires(boxes: readonly Box[], columns: readonly Column[]): readonly Wire[] {
    const { places, segments } = this.#layered
    return segments.map(({ from, to, link }) => {
      const [start, end] = [places[from]!, places[to]!]
      const [before, after] = [columns[start.layer]!, columns[end.layer]!]
      const [source, target] = [boxes[start.vertex]!, boxes[end.vertex]!]
      const startX = start.isPoint ? before.left + before.width : source.x + source.width / 2
      const endX = end.isPoint ? after.left + after.width : target.x - target.width / 2
      const offset = end.isPoint ? 0 : this.#offset(from, to)
      return {
        from: [startX, this.#y[from]!] as const,
        bend: after.left - after.labels,
        to: [endX, this.#y[to]! + offset] as const,
        vertex: start.vertex,
        ...(link !== undefined && { link }),
      }
    })
  }
}

/** Width of a vertex. */
export function widthOf({ kind, text, title = '' }: Vertex): number {
  const least = kind === 'operation' ? 22 : 30
  const padding = text.length > 1 ? 16 : 10
  return Math.max(least, textWidth(text) + padding, textWidth(title))
}

/** The increasing sequence that is nearest to the wanted one: pools of neighbours that violate the order. */
function increasing(wanted: readonly { readonly y: number; readonly weight: number }[]): readonly number[] {
  const pools: { y: number; weight: number; count: number }[] = []
  for (const { y, weight } of wanted) {
    pools.push({ y, weight, count: 1 })
    for (;;) {
      const [above, below] = [pools.at(-2), pools.at(-1)!]
      if (!above || above.y <= below.y) break
      const total = above.weight + below.weight
      pools.splice(-2, 2, {
        y: (above.y * above.weight + below.y * below.weight) / total,
        weight: total,
        count: above.count + below.count,
      })
    }
  }
  return pools.flatMap(({ y, count }) => Array.from({ length: count }, () => y))
}
