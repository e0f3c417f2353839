import { SluiceError } from '../core/errors.ts'
import {
  type Detections,
  type GradientFlow,
  type Oracle,
  type Saturation,
  type Trace,
  type TracedValue,
  detect,
  gradientFlow,
  layersOf,
  oracleNames,
  saturation,
  trace,
  tracedUnit,
  tracedValue,
  valuesOf,
} from '../inspect/index.ts'
import { findLayer, findValue } from '../inspect/find.ts'
import type { Text } from '../data/index.ts'
import type { Model } from '../model/index.ts'
import type { Runtime } from '../runtime/index.ts'

/** What of a model is looked at. */
export interface InspectionFlags {
  /** `0.h.3` or `layers.0.h.3`; absent: the unit that tells most, or that changes most. */
  readonly unit?: string
  readonly detect?: boolean
  readonly memory?: boolean
  /** Whether all values are traced, not states alone. */
  readonly isWhole?: boolean
  /** Regular expressions to search units for, beside the oracles. */
  readonly pattern?: readonly string[]
  /** Labels of one's own, by name. */
  readonly labels?: Readonly<Record<string, readonly number[]>>
}

/** A unit, and its value after each symbol. */
export interface ShownUnit {
  readonly layer: string
  readonly name: string
  readonly unit: number
  readonly values: Float32Array
  /** Whether its equation holds it between 0 and 1. */
  readonly isGate: boolean
}

/** What was seen of a model on a text. */
export interface Inspection {
  readonly symbols: readonly string[]
  readonly trace: Trace
  readonly unit: ShownUnit
  readonly saturation: readonly Saturation[]
  readonly detections?: Detections
  readonly memory?: GradientFlow
}

/** Looks at a model on a text. @throws SluiceError as what it calls, and `inspect-unit` */
export async function inspectModel(
  model: Model,
  text: Text,
  runtime: Runtime,
  flags: InspectionFlags,
): Promise<Inspection> {
  const layers = layersOf(model)
  const wanted = flags.unit === undefined ? undefined : unitNamed(flags.unit)
  if (wanted) findValue(findLayer(layers, wanted.layer), wanted.name)
  const states = layers.flatMap(({ step }) => step.states.map(({ name }) => name))
  const names = [...new Set([...states, ...(wanted ? [wanted.name] : [])])]
  const traced = await trace(model, text, { runtime, ...(names.length > 0 && !flags.isWhole && { names }) })
  if (wanted) shown(traced, wanted)
  const asksForMore = flags.detect || flags.pattern !== undefined || flags.labels !== undefined
  const detections = asksForMore ? await search(model, text, runtime, flags) : undefined
  return {
    symbols: Array.from(text.tokens, (token) => model.vocabulary.symbol(token)),
    trace: traced,
    unit: shown(traced, wanted ?? best(detections) ?? liveliest(traced)),
    saturation: await saturation(model, text, { runtime }),
    ...(detections && { detections }),
    ...(flags.memory && { memory: await gradientFlow(model, text, { runtime }) }),
  }
}

/** A unit by its layer, the name of its value and its number. */
type UnitName = Pick<ShownUnit, 'layer' | 'name' | 'unit'>

/** Reads `LAYER.NAME.UNIT`. */
function unitNamed(text: string): UnitName {
  const { layer, name, unit } = /^(?<layer>.+)\.(?<name>[^.]+)\.(?<unit>\d+)$/.exec(text)?.groups ?? {}
  if (layer === undefined || name === undefined) throw new SluiceError('inspect-unit/form', { text })
  return { layer, name: name.replace(/'$/, ''), unit: Number(unit) }
}

function shown(traced: Trace, { layer, name, unit }: UnitName): ShownUnit {
  const value = tracedValue(traced, layer, name)
  const { gates } = traced.layers.find((each) => each.name === value.layer)!
  return { layer: value.layer, name, unit, values: tracedUnit(value, unit), isGate: gates.includes(name) }
}

function search(
  model: Model,
  text: Text,
  runtime: Runtime,
  { pattern = [], labels = {} }: InspectionFlags,
): Promise<Detections> {
  const oracles: readonly Oracle[] = [
    ...oracleNames,
    ...pattern.map((expression) => ({ name: `/${expression}/`, expression })),
    ...Object.entries(labels).map(([name, values]) => ({ name, values })),
  ]
  return detect(model, text, { runtime, oracles, top: 3 })
}

/** The unit that is surest to tell something. */
function best(found: Detections | undefined): UnitName | undefined {
  const sure = found?.detections.filter(({ isFound }) => isFound).map(({ best: [first] }) => first!) ?? []
  return sure.toSorted((a, b) => a.p - b.p)[0]
}

/** The unit that changes most, of the last layer that was traced. */
function liveliest({ layers }: Trace): UnitName {
  const last = layers.findLast((layer) => valuesOf(layer).length > 0)!
  const units = valuesOf(last).flatMap((value) =>
    Array.from({ length: value.units }, (_unused, unit) => ({
      layer: value.layer,
      name: value.name,
      unit,
      change: changeOf(value, unit),
    })),
  )
  return units.reduce((most, each) => (each.change > most.change ? each : most))
}

function changeOf({ data, units }: TracedValue, unit: number): number {
  let change = 0
  for (let at = unit + units; at < data.length; at += units) change += Math.abs(data[at]! - data[at - units]!)
  return change
}
