import {
  type Detections,
  type Edit,
  type GradientFlow,
  type NamedScan,
  type Oracle,
  type OracleName,
  type Saliency,
  type Saturation,
  type Trace,
  type TracedValue,
  detect,
  gradientFlow,
  intervene,
  layersOf,
  oracleNames,
  saliency,
  saturation,
  searchable,
  trace,
  tracedUnit,
  tracedValue,
  unitLosses,
  valuesOf,
} from '../inspect/index.ts'
import { findLayer, findValue, usualLayers } from '../inspect/find.ts'
import { type Text, wholeNumber } from '../data/index.ts'
import type { Runtime } from '../runtime/index.ts'
import { type Trainable, evaluate } from '../train/index.ts'
import { unitNamed, valueNamed } from './edits.ts'
import { plural } from './view/format.ts'

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
  /** Symbols before the prediction whose inputs are weighed, or the last prediction that the text can be held to. */
  readonly saliency?: number | 'last'
  /** The symbol that is explained. */
  readonly symbol?: string
  /** A value, `0.h`, or a unit of it: what each unit is worth to the predictions. */
  readonly unitLosses?: string
  /** Changes of the model, which is then looked at as it is with them. */
  readonly edits?: readonly Edit[]
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

/** What each symbol does to the probability of one prediction. */
export interface SeenSaliency extends Pick<Saliency, 'norms' | 'products'> {
  /** What is read before the prediction, or for the answer at that step. */
  readonly at: number
  /** The same in words. */
  readonly place: string
  /** Number of the first of its symbols among all that are shown; absent where others are shown. */
  readonly start?: number
  readonly symbols: readonly string[]
  /** What is explained, and the log of its probability; or the name of a value, and the value. */
  readonly symbol: string
  readonly value: number
  readonly isProbability: boolean
}

/** What holding single units of a value at 0 does to the loss, the most harmful first. */
export interface SeenLosses {
  readonly layer: string
  readonly name: string
  /** Nats a symbol. */
  readonly loss: number
  readonly changes: readonly { readonly unit: number; readonly change: number }[]
}

/** What was seen of a model on a text. */
export interface Inspection {
  readonly symbols: readonly string[]
  /** Of sequences: the last step of each. */
  readonly ends?: ReadonlySet<number>
  readonly trace: Pick<Trace, 'layers'>
  readonly unit: ShownUnit
  readonly saturation: readonly Saturation[]
  readonly detections?: Detections
  readonly memory?: GradientFlow
  readonly saliency?: SeenSaliency
  readonly losses?: SeenLosses
  /** Mean loss without and with the edits, in nats a symbol or as the task has it. */
  readonly change?: { readonly before: number; readonly after: number }
}

/** Looks at a model on a text. @throws SluiceError as what it calls, and `inspect-unit` */
export async function inspectModel(
  given: Trainable,
  text: Text,
  runtime: Runtime,
  flags: InspectionFlags,
): Promise<Inspection> {
  const { edits = [] } = flags
  const model = edits.length > 0 ? intervene(given, edits) : given
  const layers = layersOf(model)
  const wanted = flags.unit === undefined ? undefined : unitNamed(flags.unit)
  if (wanted) findValue(findLayer(layers, wanted.layer), wanted.name)
  const states = layers.flatMap(({ step }) => step.states.map(({ name }) => name))
  const names = [...new Set([...states, ...(wanted ? [wanted.name] : [])])]
  const traced = await trace(model, text, {
    runtime,
    layers: tracedLayers(layers, wanted),
    ...(names.length > 0 && !flags.isWhole && { names }),
  })
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
    ...((flags.saliency ?? flags.symbol) !== undefined && {
      saliency: await weighed(model, text, runtime, flags),
    }),
    ...(flags.unitLosses !== undefined && { losses: await lossesOf(model, text, runtime, flags.unitLosses) }),
    ...(edits.length > 0 && {
      change: { before: await lossOf(given, text, runtime), after: await lossOf(model, text, runtime) },
    }),
  }
}

async function weighed(
  model: Trainable,
  text: Text,
  runtime: Runtime,
  { saliency: place = 'last', symbol }: InspectionFlags,
): Promise<SeenSaliency> {
  const { length } = text.tokens
  const at = place === 'last' ? Math.max(1, length - 1) : wholeNumber('--saliency', place, 1, length)
  const found = await saliency(model, text, { runtime, at, ...(symbol !== undefined && { symbol }) })
  const { vocabulary } = model
  return {
    at,
    place: `after ${plural(at, 'symbol')}`,
    start: found.start,
    symbols: Array.from(text.tokens.subarray(found.start, at), (token) => vocabulary.symbol(token)),
    symbol: vocabulary.symbol(found.target),
    value: found.logProbability,
    isProbability: true,
    norms: found.norms,
    products: found.products,
  }
}

/** As a loss of `evaluate` and of `unitLosses`, so that they can be compared. */
const reading = { batch: 16, window: 64 } as const

async function lossOf(model: Trainable, text: Text, runtime: Runtime): Promise<number> {
  return (await evaluate(model, text, { runtime, ...reading })).loss
}

async function lossesOf(model: Trainable, text: Text, runtime: Runtime, wanted: string): Promise<SeenLosses> {
  const { layer, name, unit } = valueNamed(wanted)
  const units = unit === undefined ? {} : { units: [unit] }
  const { loss, changes } = await unitLosses(model, text, { runtime, layer, name, ...units, ...reading })
  const sorted = changes.toSorted((a, b) => b.change - a.change || a.unit - b.unit)
  return { layer: findLayer(layersOf(model), layer).name, name, loss, changes: sorted }
}

/** A unit by its layer, the name of its value and its number. */
export type UnitName = Pick<ShownUnit, 'layer' | 'name' | 'unit'>

/** Layers that are traced: the usual ones, and that of the unit that is asked for, such as the head. */
export function tracedLayers(all: readonly NamedScan[], wanted: UnitName | undefined): readonly string[] {
  const own = wanted ? [findLayer(all, wanted.layer)] : []
  return [...new Set([...usualLayers(all), ...own].map(({ name }) => name))]
}

/** A unit of a trace. @throws SluiceError as `tracedValue` */
export function shown(traced: Inspection['trace'], { layer, name, unit }: UnitName): ShownUnit {
  const value = tracedValue(traced, layer, name)
  const { gates } = traced.layers.find((each) => each.name === value.layer)!
  return { layer: value.layer, name, unit, values: tracedUnit(value, unit), isGate: gates.includes(name) }
}

/** The oracles of texts, and expressions. */
export function usualOracles(
  pattern: readonly string[] = [],
): readonly (OracleName | { readonly name: string; readonly expression: string })[] {
  return [...oracleNames, ...pattern.map((expression) => ({ name: `/${expression}/`, expression }))]
}

function search(
  model: Trainable,
  text: Text,
  runtime: Runtime,
  { pattern = [], labels = {} }: InspectionFlags,
): Promise<Detections> {
  const oracles: readonly Oracle[] = [
    ...usualOracles(pattern),
    ...Object.entries(labels).map(([name, values]) => ({ name, values })),
  ]
  return detect(model, text, { runtime, oracles, top: 3, steps: searchedSteps(text.tokens.length) })
}

/** How many of the steps that are looked at are searched. */
export function searchedSteps(steps: number): number {
  return Math.min(Math.max(searchable.least, steps), searchable.most)
}

/** The unit that is surest to tell something. */
export function best(found: Detections | undefined): UnitName | undefined {
  const sure = found?.detections.filter(({ isFound }) => isFound).map(({ best: [first] }) => first!) ?? []
  return sure.toSorted((a, b) => a.p - b.p)[0]
}

/** The unit that changes most, of the last layer that was traced. */
export function liveliest({ layers }: Inspection['trace']): UnitName {
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
