import type { StepGraph } from '../graph/index.ts'
import type { Tensors } from '../train/index.ts'
import { type LayerName, checkUnit, findLayer, findValue } from './find.ts'
import type { NamedScan } from './scans.ts'

/** One named value of a layer at every step: row-major `[steps][units]`. */
export interface TracedValue<Name extends string = string> {
  readonly layer: string
  readonly name: Name
  readonly units: number
  readonly data: Float32Array
}

/** The traced values of a layer. */
export interface TracedLayer<Name extends string = string> {
  /** `layers.0` */
  readonly name: string
  /** Name of its cell. */
  readonly cell: string
  /** Names of its states, among its values. */
  readonly states: readonly string[]
  /** Names of the values that its equations hold between 0 and 1. */
  readonly gates: readonly string[]
  readonly values: { readonly [N in Name]?: TracedValue<N> }
}

/** What a sequence model did with one sequence. */
export interface SequenceTrace<Name extends string = string> {
  /** Layers of an encoder go through what is read, the others through what is answered: see `read` and `answered`. */
  readonly layers: readonly TracedLayer<Name>[]
  /** Steps that are read. */
  readonly read: number
  /** Steps that have an answer; where a sequence is written its tokens, each read one step later, and its end. */
  readonly answered: number
  /** What is written, of a model that writes: entry t is what the layers read at step t + 1. */
  readonly written?: readonly number[]
}

/** What a model did with a text, or with a part of it: entry t of everything stands for the moment after symbol t was read. */
export interface Trace<Name extends string = string> {
  /** Number of its first symbol in the whole text. */
  readonly start: number
  readonly steps: number
  readonly tokens: Int32Array
  readonly layers: readonly TracedLayer<Name>[]
  /** States `[1][size]` after its last symbol, of the traced layers and all that these read. */
  readonly states: Tensors
}

/** A value of a trace. @throws SluiceError `inspect-layer` or `inspect-name` */
export function tracedValue<Name extends string>(
  { layers }: Pick<Trace<Name>, 'layers'>,
  layer: LayerName,
  name: Name,
): TracedValue {
  const asScans = layers.map((each): NamedScan => ({ name: each.name, node: 0, step: tracedStep(each) }))
  const scan = findLayer(asScans, layer)
  return valuesOf(layers[asScans.indexOf(scan)]!)[findValue(scan, name)]!
}

/** One unit of a value, at every step. @throws SluiceError `inspect-unit` */
export function tracedUnit({ layer, name, units, data }: TracedValue, unit: number): Float32Array {
  checkUnit(`${layer}.${name}`, unit, units)
  return Float32Array.from({ length: data.length / units }, (_unused, step) => data[step * units + unit]!)
}

/** All values of a layer's trace, in the order of the equations. */
export function valuesOf({ values }: TracedLayer): readonly TracedValue[] {
  return Object.values<TracedValue | undefined>(values).filter((value) => value !== undefined)
}

/** A step with the names of a trace and nothing else, to find them by. */
function tracedStep(layer: TracedLayer): StepGraph {
  const traces = valuesOf(layer).map(({ name }, node) => ({ name, node }))
  return { name: layer.cell, nodes: [], inputs: [], states: [], parameters: [], outputs: [], traces }
}
