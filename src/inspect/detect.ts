import { SluiceError } from '../core/errors.ts'
import { knownKeys, wholeNumber } from '../data/index.ts'
import type { RuntimeSource, Trainable } from '../train/index.ts'
import { type InspectedText, layersOf, tokensOf } from './adapt.ts'
import { type LayerName, findLayer, knownNames, usualLayers } from './find.ts'
import { type Oracle, labelsOf, oracleNames } from './oracles.ts'
import type { NamedScan } from './scans.ts'
import type { UnitScore } from './score.ts'
import { type Searched, search } from './search.ts'
import { trace } from './trace.ts'
import { type TracedLayer, type TracedValue, valuesOf } from './traced.ts'

/** What is searched for what. */
export interface DetectOptions {
  readonly runtime: RuntimeSource
  /** All of `oracleNames` unless given. */
  readonly oracles?: readonly Oracle[]
  /** Layers by number or name; all unless given. */
  readonly layers?: readonly LayerName[]
  /** Left-hand names of values whose units are searched; the states of each layer unless given. */
  readonly names?: readonly string[]
  /** Symbols from the text's beginning that are read, at most; 16,384 unless given, 1,048,576 at most. */
  readonly steps?: number
  /** Units to list for each oracle; 5 unless given. */
  readonly top?: number
}

/** A unit that tells what an oracle says, and how sure that is. */
export interface Detector extends UnitScore {
  /**
   * Chance of so good a unit where there is none to be found: the share of circular shifts of the labels for which any of
   * the units that were searched is as good, times the number of oracles. A unit is as good as it is without what its drift
   * over the whole text has to do with a drift of the labels, since any two drifts are alike.
   */
  readonly p: number
}

/** What was found for one oracle. */
export interface Detection {
  readonly oracle: string
  readonly measure: 'auc' | 'r2'
  /** Share of the symbols where the oracle says yes, or the mean of its numbers. */
  readonly mean: number
  /** The best units, the best first; none where the oracle says the same everywhere. */
  readonly best: readonly Detector[]
  /** What the best of all units stays below by chance, 19 times in 20 for all oracles together. */
  readonly chance: number
  /** Whether the best unit is better than chance: its p is below 0.05. */
  readonly isFound: boolean
}

/** What a search for detectors gave. */
export interface Detections {
  /** Symbols that were read. */
  readonly steps: number
  /** Units that were searched. */
  readonly units: number
  readonly detections: readonly Detection[]
}

/** Options of `detect`. */
export const knownToDetect = ['runtime', 'oracles', 'layers', 'names', 'steps', 'top']

/** Symbols that can be searched: fewer leave too few shifts to tell anything. */
export const searchable = { least: 100, most: 2 ** 20 } as const

/**
 * Searches the units of a model for those that tell what an oracle says (Karpathy, Johnson and Fei-Fei 2015): yes or no by
 * the area under the curve, a number by R². What chance would give is measured: labels are shifted around the text, so that
 * they are as smooth as they were and stand in the wrong places, and the best of all units counts, since the best is what
 * is listed. All shifts of at least a twentieth of the text are tried. What is no more than a common drift does not count.
 * @throws SluiceError `inspect-layer`, `inspect-name`, `inspect-oracle`, `inspect-size`, `text-empty` or `unknown-character`
 */
export async function detect(
  model: Trainable,
  text: InspectedText,
  options: DetectOptions,
): Promise<Detections> {
  knownKeys('detect', options, knownToDetect)
  return detectIn(layersOf(model), options, 'the text', (settings) =>
    searchedText(model, text, options, settings),
  )
}

/** What is taken of layers: symbols at most, names of values, and the values of a layer. */
export interface SearchSettings {
  readonly most: number
  readonly names: readonly string[]
  readonly wanted: (layer: TracedLayer) => readonly TracedValue[]
}

/** Searches what `take` gives. @param what is searched, for errors */
export async function detectIn(
  layers: readonly NamedScan[],
  options: Omit<DetectOptions, 'oracles'>,
  what: string,
  take: (settings: SearchSettings) => Promise<Searched>,
): Promise<Detections> {
  const most = wholeNumber('steps', options.steps ?? 2 ** 14, searchable.least, searchable.most)
  const top = wholeNumber('top', options.top ?? 5, 1)
  const names = namesFor(layers, options)
  const found = await take({ most, names, wanted: (layer) => searched(layer, options.names !== undefined) })
  requireSteps(found.steps, what)
  return search(found, top)
}

function requireSteps(count: number, name: string): void {
  const { least } = searchable
  if (count < least) throw new SluiceError('inspect-size/short', { name, count, least })
}

async function searchedText(
  model: Trainable,
  text: InspectedText,
  { oracles = oracleNames, layers, runtime }: DetectOptions,
  { most, names, wanted }: SearchSettings,
): Promise<Searched> {
  const all = tokensOf(model, text)
  const { vocabulary } = model
  const tokens = all.subarray(0, most)
  requireSteps(tokens.length, 'the text')
  const symbols = Array.from(tokens, (token) => vocabulary.symbol(token))
  const labels = oracles.map((oracle) => labelsOf(symbols, shortened(oracle, all, tokens)))
  const own = { tokens, vocabulary, name: 'the text' }
  const traced = await trace(model, own, { runtime, names, ...(layers && { layers }) })
  return { steps: tokens.length, values: traced.layers.flatMap(wanted), labels }
}

/** Labels of the whole text as labels of its beginning. */
function shortened(oracle: Oracle, all: Int32Array, tokens: Int32Array): Oracle {
  if (typeof oracle === 'string' || !('values' in oracle) || oracle.values.length !== all.length)
    return oracle
  return { ...oracle, values: Float64Array.from(oracle.values).subarray(0, tokens.length) }
}

/** The names that are asked for, or those of all states. */
function namesFor(
  all: readonly NamedScan[],
  { layers, names }: Pick<DetectOptions, 'layers' | 'names'>,
): readonly string[] {
  if (names) return [...knownNames(all, names)]
  const scans = layers?.map((layer) => findLayer(all, layer)) ?? usualLayers(all)
  return [...new Set(scans.flatMap(({ step }) => step.states.map(({ name }) => name)))]
}

/** Values of a layer to search: another layer's state may be an ordinary value of this one. */
function searched(layer: TracedLayer, all: boolean): readonly TracedValue[] {
  return valuesOf(layer).filter(({ name }) => all || layer.states.includes(name))
}
