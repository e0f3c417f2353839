import type { Trainable } from '../train/index.ts'
import { type InspectedText, layersOf } from './adapt.ts'
import { type LayerName, findLayer, usualLayers } from './find.ts'
import { gatesOf } from './gates.ts'
import type { NamedScan } from './scans.ts'
import { type TraceOptions, traceParts } from './trace.ts'
import { type TracedLayer, type TracedValue, valuesOf } from './traced.ts'

/** How often a gate is all but closed or all but open. */
export interface Saturation {
  readonly layer: string
  /** Left-hand name of the gate. */
  readonly name: string
  /** Share of steps and units below 0.1, and above 0.9. */
  readonly closed: number
  readonly open: number
  /** Mean of all steps and units. */
  readonly mean: number
  /** The same shares of each unit, over the steps. */
  readonly units: { readonly closed: Float64Array; readonly open: Float64Array; readonly mean: Float64Array }
}

const closedBelow = 0.1
const openAbove = 0.9

/**
 * How saturated the gates of a model are on a text (Karpathy, Johnson and Fei-Fei 2015): the share of the time that each is
 * below 0.1 and above 0.9, by layer and unit. A gate is a value that its equation holds between 0 and 1.
 * @throws SluiceError as `trace`
 */
export async function saturation(
  model: Trainable,
  text: InspectedText,
  options: Omit<TraceOptions, 'names'>,
): Promise<readonly Saturation[]> {
  return saturationOf(layersOf(model), options.layers, (names) =>
    traceParts(model, text, { ...options, names }),
  )
}

/** The same of traces of any kind, which are taken of the names that are needed. */
export async function saturationOf(
  all: readonly NamedScan[],
  wanted: readonly LayerName[] | undefined,
  traces: (names: readonly string[]) => AsyncIterable<{ readonly layers: readonly TracedLayer[] }>,
): Promise<readonly Saturation[]> {
  const counts = new Map<string, Counter>()
  const scans = wanted?.map((layer) => findLayer(all, layer)) ?? usualLayers(all)
  const names = [...new Set(scans.flatMap(({ step }) => gatesOf(step)))]
  if (names.length === 0) return []
  for await (const { layers } of traces(names)) {
    for (const layer of layers) {
      for (const value of valuesOf(layer)) {
        if (!layer.gates.includes(value.name)) continue
        const key = `${layer.name}.${value.name}`
        const counter = counts.get(key) ?? new Counter(value)
        counts.set(key, counter)
        counter.add(value)
      }
    }
  }
  return [...counts.values()].map((counter) => counter.result())
}

class Counter {
  readonly #value: TracedValue
  readonly #closed: Float64Array
  readonly #open: Float64Array
  readonly #sum: Float64Array
  #steps = 0

  constructor(value: TracedValue) {
    this.#value = value
    this.#closed = new Float64Array(value.units)
    this.#open = new Float64Array(value.units)
    this.#sum = new Float64Array(value.units)
  }

  add({ units, data }: TracedValue): void {
    this.#steps += data.length / units
    for (let at = 0; at < data.length; at += units) {
      for (let unit = 0; unit < units; unit++) {
        const gate = data[at + unit]!
        this.#sum[unit]! += gate
        if (gate < closedBelow) this.#closed[unit]!++
        if (gate > openAbove) this.#open[unit]!++
      }
    }
  }

  result(): Saturation {
    const { layer, name } = this.#value
    const share = (counts: Float64Array): Float64Array => counts.map((count) => count / this.#steps)
    const units = { closed: share(this.#closed), open: share(this.#open), mean: share(this.#sum) }
    return { layer, name, closed: mean(units.closed), open: mean(units.open), mean: mean(units.mean), units }
  }
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
