import { SluiceError } from '../core/errors.ts'
import { Scaling, type Series, type Table, tokenizerFromJSON } from '../data/all.ts'
import { type WriteOptions, type Written, decode, write } from '../generate/index.ts'
import type { SequenceModel } from '../model/index.ts'
import { type PredictOptions, type Prediction, predict } from '../train/index.ts'
import { type ForecastCodec, scaledFrames, seriesOf, widthOf } from './forecast.ts'
import { inputReader } from './inputs.ts'
import { type Item, itemsOf } from './items.ts'
import type { LabelledCodec } from './labelled.ts'
import { nextTimes } from './next-times.ts'
import { targetReader } from './targets.ts'

/** The class of an item, or of each of its steps. */
export interface ClassAnswer {
  readonly labels: readonly string[]
  /** Probability of each of these labels. */
  readonly probabilities: readonly number[]
  /** Probability of every class, where there is one answer. */
  readonly classes?: Readonly<Record<string, number>>
}

/** A text that was written. */
export interface TextAnswer {
  readonly text: string
  /** Whether the model ended it. */
  readonly ended: boolean
}

/** One item and what is answered. */
export interface Answered {
  readonly item: Item
  readonly answer: ClassAnswer | TextAnswer
}

/** How items are answered; of texts how they are written. */
export interface AnswerOptions extends PredictOptions, Omit<WriteOptions, 'runtime' | 'first'> {
  /** Texts kept at each step, where the likeliest is searched: at temperature 0. 1 unless given. */
  readonly beam?: number
}

/** Items that are answered at once. */
const together = 500

/**
 * Answers the items of a table in their order.
 * @throws SluiceError `table-column`, `table-cell` and others of data
 */
export async function* answers(
  net: SequenceModel,
  codec: LabelledCodec,
  table: Table,
  options: AnswerOptions,
): AsyncGenerator<Answered> {
  const input = inputReader(codec.input)
  let [items, first]: [Item[], number] = [[], 0]
  const answered = async (): Promise<readonly Answered[]> => {
    const all = await answerAll(
      net,
      codec,
      items.map((item) => input.read(item)),
      { ...options, first },
    )
    const given = items
    items = []
    first += given.length
    return all.map((answer, index) => ({ item: given[index]!, answer }))
  }
  for await (const item of itemsOf(table, input.columns, codec)) {
    items.push(item)
    if (items.length === together) yield* await answered()
  }
  yield* await answered()
}

async function answerAll(
  net: SequenceModel,
  codec: LabelledCodec,
  inputs: Parameters<typeof predict>[1],
  options: AnswerOptions & Pick<WriteOptions, 'first'>,
): Promise<readonly (ClassAnswer | TextAnswer)[]> {
  if (codec.target.kind === 'text') return texts(codec, await written(net, inputs, options))
  const { runtime, batch } = options
  const { names } = targetReader(codec.target)
  const predictions = await predict(net, inputs, { runtime, ...(batch !== undefined && { batch }) })
  return predictions.map((prediction) => classAnswer(prediction, names))
}

/** The likeliest tokens, or at a temperature above 0 tokens that are chosen by their probability. */
function written(
  net: SequenceModel,
  inputs: Parameters<typeof predict>[1],
  { runtime, batch, beam, ...choice }: AnswerOptions & Pick<WriteOptions, 'first'>,
): Promise<readonly Written[]> {
  const { temperature = 0, length } = choice
  if (temperature > 0) return write(net, inputs, { runtime, ...choice, temperature })
  const search = { ...(beam !== undefined && { beam }), ...(length !== undefined && { length }) }
  return decode(net, inputs, { runtime, ...(batch !== undefined && { batch }), ...search })
}

function texts({ target }: LabelledCodec, found: readonly Written[]): readonly TextAnswer[] {
  if (target.kind !== 'text') throw new SluiceError('task-codec')
  const tokenizer = tokenizerFromJSON(target.tokens)
  return found.map(({ tokens, ended }) => ({ text: tokenizer.decode(tokens), ended }))
}

function classAnswer({ steps, classes, probabilities }: Prediction, names: readonly string[]): ClassAnswer {
  const chosen = Array.from(classes!)
  const probability = (step: number, place: number): number => probabilities![step * names.length + place]!
  return {
    labels: chosen.map((place) => names[place]!),
    probabilities: chosen.map((place, step) => probability(step, place)),
    ...(steps === 1 && {
      classes: Object.fromEntries(names.map((name, place) => [name, probability(0, place)])),
    }),
  }
}

/** One step of a forecast. */
export interface ForecastStep {
  /** Name of the series; empty where there is one alone. */
  readonly series: string
  /** From 1. */
  readonly step: number
  /** Milliseconds since the start of 1970, where the series has times. */
  readonly time?: number
  /** The quantile nearest to the median, or the value. */
  readonly value: number
  /** By level, rising. */
  readonly quantiles: Readonly<Record<string, number>>
}

/** Foretells the steps behind the end of each series of a table. @throws SluiceError `series-context` and others of data */
export async function forecast(
  net: SequenceModel,
  codec: ForecastCodec,
  table: Table,
  options: PredictOptions,
): Promise<readonly ForecastStep[]> {
  const series = await seriesOf(table, codec, 'all')
  const scaling = Scaling.fromJSON(codec.scaling)
  const inputs = series.map((one) => lastWindow(one, codec, scaling, table.name))
  const predictions = await predict(net, inputs, options)
  return series.flatMap((one, index) => stepsOf(one, codec, quantilesOf(predictions[index]!, codec, scaling)))
}

function lastWindow(series: Series, codec: ForecastCodec, scaling: Scaling, name: string): Float32Array {
  const { id, length } = series
  const { context } = codec
  if (length < context)
    throw new SluiceError('series-context', { name: id === '' ? name : `${name}, ${id}`, length, context })
  return scaledFrames(series, codec, scaling).subarray((length - context) * widthOf(codec))
}

function stepsOf(
  { id, times }: Series,
  { levels, loss }: ForecastCodec,
  steps: readonly Float64Array[],
): readonly ForecastStep[] {
  const middle = middleOf(levels)
  const ahead = times && nextTimes(times, steps.length)
  return steps.map((values, index) => ({
    series: id,
    step: index + 1,
    ...(ahead && { time: ahead[index]! }),
    value: values[middle]!,
    quantiles:
      loss === 'quantile'
        ? Object.fromEntries(levels.map((level, place) => [String(level), values[place]!]))
        : {},
  }))
}

/** The place of the level that is nearest to the median, of two the lower; 0 without levels. */
export function middleOf(levels: readonly number[]): number {
  const away = levels.map((level) => Math.abs(level - 0.5))
  return Math.max(0, away.indexOf(Math.min(...away)))
}

/** What is foretold for each step, as it was before scaling: quantiles in rising order, or one value. */
export function quantilesOf(
  { output }: Prediction,
  { horizon, loss, levels, target }: ForecastCodec,
  scaling: Scaling,
): readonly Float64Array[] {
  const count = loss === 'quantile' ? levels.length : 1
  return Array.from({ length: horizon }, (_unused, step) =>
    scaling.inverse(target, output.subarray(step * count, (step + 1) * count)).sort(),
  )
}
