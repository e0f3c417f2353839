import { SluiceError } from '../core/errors.ts'
import { knownKeys, wholeNumber } from '../data/index.ts'
import type { RuntimeSource, Trainable } from '../train/index.ts'
import { type InspectedText, layersOf, tokensOf } from './adapt.ts'
import { type LayerName, findLayer, knownNames, usualLayers } from './find.ts'
import { Shifts } from './fourier.ts'
import { type Labels, type Oracle, labelsOf, oracleNames } from './oracles.ts'
import { type Column, LabelScorer, type UnitScore, signalOf } from './score.ts'
import { trace } from './trace.ts'
import { type TracedLayer, type TracedValue, tracedUnit, valuesOf } from './traced.ts'

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
   * the units that were searched is as good, times the number of oracles.
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

const known = ['runtime', 'oracles', 'layers', 'names', 'steps', 'top']

/** Fewer symbols leave too few shifts to tell anything. */
const fewest = 100
const sure = 0.05

/**
 * Searches the units of a model for those that tell what an oracle says (Karpathy, Johnson and Fei-Fei 2015): yes or no by
 * the area under the curve, a number by R². What chance would give is measured: labels are shifted around the text, so that
 * they are as smooth as they were and stand in the wrong places, and the best of all units counts, since the best is what
 * is listed. All shifts of at least a twentieth of the text are tried.
 * @throws SluiceError `inspect-layer`, `inspect-name`, `inspect-oracle`, `inspect-size`, `text-empty` or `unknown-character`
 */
export async function detect(
  model: Trainable,
  text: InspectedText,
  options: DetectOptions,
): Promise<Detections> {
  knownKeys('detect', options, known)
  const all = tokensOf(model, text)
  const { vocabulary } = model
  const tokens = all.subarray(0, wholeNumber('steps', options.steps ?? 2 ** 14, fewest, 2 ** 20))
  if (tokens.length < fewest)
    throw new SluiceError('inspect-size/short', { name: 'the text', count: tokens.length, least: fewest })
  const symbols = Array.from(tokens, (token) => vocabulary.symbol(token))
  const labels = (options.oracles ?? oracleNames).map((oracle) =>
    labelsOf(symbols, shortened(oracle, all, tokens)),
  )
  const names = namesFor(model, options)
  const { layers } = await trace(
    model,
    { tokens, vocabulary, name: 'the text' },
    { runtime: options.runtime, names, ...(options.layers && { layers: options.layers }) },
  )
  const values = layers.flatMap((layer) => searched(layer, options.names !== undefined))
  return search(values, labels, tokens.length, wholeNumber('top', options.top ?? 5, 1))
}

/** Labels of the whole text as labels of its beginning. */
function shortened(oracle: Oracle, all: Int32Array, tokens: Int32Array): Oracle {
  if (typeof oracle === 'string' || !('values' in oracle) || oracle.values.length !== all.length)
    return oracle
  return { ...oracle, values: Float64Array.from(oracle.values).subarray(0, tokens.length) }
}

/** The names that are asked for, or those of all states. */
function namesFor(model: Trainable, { layers, names }: DetectOptions): readonly string[] {
  const all = layersOf(model)
  if (names) return [...knownNames(all, names)]
  const scans = layers?.map((layer) => findLayer(all, layer)) ?? usualLayers(all)
  return [...new Set(scans.flatMap(({ step }) => step.states.map(({ name }) => name)))]
}

/** Values of a layer to search: another layer's state may be an ordinary value of this one. */
function searched(layer: TracedLayer, all: boolean): readonly TracedValue[] {
  return valuesOf(layer).filter(({ name }) => all || layer.states.includes(name))
}

async function search(
  values: readonly TracedValue[],
  labels: readonly Labels[],
  steps: number,
  top: number,
): Promise<Detections> {
  const shifts = new Shifts(steps)
  const varied = labels.filter((each) => each.values.some((value) => value !== each.values[0]))
  const scorers = new Map(varied.map((each) => [each.name, new LabelScorer(each, shifts)]))
  const result = shifts.zeros()
  for (const columns of pairsOf(values)) {
    for (const isYesNo of [true, false]) {
      const meant = [...scorers.values()].filter((scorer) => scorer.labels.isYesNo === isYesNo)
      if (meant.length === 0) continue
      const [one, other] = columns.map((column) => signalOf(column, isYesNo))
      const pair = shifts.pair(one!, other ?? new Float64Array(steps))
      for (const scorer of meant) scorer.add(columns, pair, result)
    }
    await turn()
  }
  const detections = labels.map((each) => detection(each, scorers.get(each.name), varied.length, top))
  return { steps, units: values.reduce((sum, { units }) => sum + units, 0), detections }
}

/** Units two by two; the last may be alone. */
function* pairsOf(values: readonly TracedValue[]): Generator<readonly Column[]> {
  let columns: Column[] = []
  for (const value of values) {
    for (let unit = 0; unit < value.units; unit++) {
      columns.push({ layer: value.layer, name: value.name, unit, data: tracedUnit(value, unit) })
      if (columns.length < 2) continue
      yield columns
      columns = []
    }
  }
  if (columns.length > 0) yield columns
}

let turned = 0

/** Gives the event loop a turn now and then. */
async function turn(): Promise<void> {
  if (performance.now() - turned < 20) return
  await new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
  turned = performance.now()
}

function detection(
  { name, values, isYesNo }: Labels,
  scorer: LabelScorer | undefined,
  oracles: number,
  top: number,
): Detection {
  const best = (scorer?.best(top) ?? []).map(({ score, share }) => ({
    ...score,
    p: Math.min(1, share * oracles),
  }))
  return {
    oracle: name,
    measure: isYesNo ? 'auc' : 'r2',
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    best,
    chance: scorer?.chanceScore(sure / oracles) ?? 1,
    isFound: best.length > 0 && best[0]!.p < sure,
  }
}
