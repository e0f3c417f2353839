import { Stream } from '../core/random.ts'
import type { Diagram } from './diagram.ts'
import type { Place, Segment } from './layers.ts'

/** Places of each layer from top to bottom. */
export type Order = readonly (readonly number[])[]

const sweeps = 12
const starts = 60

/** The order with the fewest crossings that sweeps find from many starts; inputs stay below the states. */
export function arranged(diagram: Diagram, places: readonly Place[], segments: readonly Segment[]): Order {
  const count = Math.max(...places.map(({ layer }) => layer)) + 1
  const first = Array.from({ length: count }, (_unused, layer) =>
    [...places.keys()].filter((place) => places[place]!.layer === layer),
  )
  const isState = (place: number): boolean => diagram.vertices[place]?.kind === 'state'
  const inputs = first[0]!.filter((place) => !isState(place))
  const random = new Stream(1)
  let best: Order = first
  let fewest = Infinity
  for (let start = 0; start < starts && fewest > 0; start++) {
    const [outer, ...inner] = start === 0 ? first : first.map((layer) => shuffled(layer, random))
    const sweep = new Sweep([[...outer!.filter(isState), ...inputs], ...inner], segments)
    if (sweep.fewest < fewest) [best, fewest] = [sweep.best, sweep.fewest]
  }
  return best
}

function shuffled(list: readonly number[], random: Stream): readonly number[] {
  const keys = new Map(list.map((entry) => [entry, random.uniform()]))
  return list.toSorted((a, b) => keys.get(a)! - keys.get(b)!)
}

/** Sorts each layer by the middle of its neighbours, to and fro; the first layer stays. */
class Sweep {
  best: Order
  fewest: number
  readonly #layers: readonly number[][]
  /** Where each place stands in its layer. */
  readonly #at: number[] = []
  /** Neighbours of each place in the layers before and behind. */
  readonly #before: number[][] = []
  readonly #behind: number[][] = []

  constructor(start: Order, segments: readonly Segment[]) {
    this.#layers = start.map((layer) => [...layer])
    for (const layer of this.#layers) {
      this.#number(layer)
      for (const place of layer) [this.#before[place], this.#behind[place]] = [[], []]
    }
    for (const { from, to } of segments) {
      this.#behind[from]!.push(to)
      this.#before[to]!.push(from)
    }
    this.best = start
    this.fewest = this.#crossings()
    for (let round = 0; round < sweeps && this.fewest > 0; round++) this.#round(round % 2 === 0)
  }

  #number(layer: readonly number[]): void {
    for (const [index, place] of layer.entries()) this.#at[place] = index
  }

  #round(isForward: boolean): void {
    const layers = this.#layers.slice(1)
    for (const layer of isForward ? layers : layers.toReversed()) {
      this.#sort(layer, isForward ? this.#before : this.#behind)
      this.#swapNeighbours(layer)
    }
    const crossings = this.#crossings()
    if (crossings >= this.fewest) return
    this.fewest = crossings
    this.best = this.#layers.map((layer) => [...layer])
  }

  #sort(layer: number[], beside: readonly (readonly number[])[]): void {
    if (layer.every((place) => beside[place]!.length === 0)) return
    const keys = new Map(layer.map((place) => [place, this.#middle(place, beside[place]!)]))
    layer.sort((a, b) => keys.get(a)! - keys.get(b)!)
    this.#number(layer)
  }

  #middle(place: number, neighbours: readonly number[]): number {
    if (neighbours.length === 0) return this.#at[place]!
    return neighbours.reduce((sum, neighbour) => sum + this.#at[neighbour]!, 0) / neighbours.length
  }

  /** Swaps neighbours of a layer as long as that takes crossings away. */
  #swapNeighbours(layer: number[]): void {
    for (let isChanged = true; isChanged;) {
      isChanged = false
      for (let i = 0; i + 1 < layer.length; i++) {
        const [upper, lower] = [layer[i]!, layer[i + 1]!]
        if (this.#between(upper, lower) <= this.#between(lower, upper)) continue
        ;[layer[i], layer[i + 1]] = [lower, upper]
        ;[this.#at[lower], this.#at[upper]] = [i, i + 1]
        isChanged = true
      }
    }
  }

  /** Crossings of the segments of two places, the first above the second. */
  #between(upper: number, lower: number): number {
    return [this.#before, this.#behind].reduce(
      (sum, beside) => sum + this.#inversions(beside[upper]!, beside[lower]!),
      0,
    )
  }

  #inversions(upper: readonly number[], lower: readonly number[]): number {
    let count = 0
    for (const a of upper) for (const b of lower) if (this.#at[a]! > this.#at[b]!) count++
    return count
  }

  #crossings(): number {
    let count = 0
    for (const layer of this.#layers) {
      for (const [index, upper] of layer.entries()) {
        for (const lower of layer.slice(index + 1))
          count += this.#inversions(this.#behind[upper]!, this.#behind[lower]!)
      }
    }
    return count
  }
}
