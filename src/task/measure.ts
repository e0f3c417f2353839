import { SluiceError } from '../core/errors.ts'
import { log } from '../core/math.ts'
import { Scaling, type Series, type Table, tokenizerFromJSON } from '../data/all.ts'
import { type DecodeOptions, decode } from '../generate/index.ts'
import {
  type ClassScores,
  accuracy,
  bleu,
  characterErrorRate,
  classScores,
  confusionMatrix,
  exactMatch,
  intervalCoverage,
  macroF1,
  meanAbsoluteError,
  meanAbsoluteScaledError,
  rootMeanSquaredError,
  seasonalNaive,
} from '../measure/index.ts'
import type { Example, SequenceModel } from '../model/index.ts'
import { type PredictOptions, exampleLoss, predict } from '../train/index.ts'
import { middleOf, quantilesOf } from './answer.ts'
import { type ForecastCodec, hasScale, seriesOf, startsOf, trainedSteps, windowsOf } from './forecast.ts'
import type { LabelledCodec } from './labelled.ts'
import { targetReader } from './targets.ts'

/** How well classes are told. */
export interface ClassFigures {
  /** Items, or steps. */
  readonly count: number
  /** Mean of minus the logarithm of the probability of the right class, in nats. */
  readonly loss: number
  readonly accuracy: number
  readonly macroF1: number
  readonly classes: readonly string[]
  /** `[target][prediction]`. */
  readonly confusion: readonly (readonly number[])[]
  readonly scores: readonly ClassScores[]
}

/** How well texts are written, each the likeliest that is found. */
export interface TextFigures {
  readonly count: number
  /** Nats a token. */
  readonly loss: number
  readonly exactMatch: number
  /** Edits a character of the target. */
  readonly editDistance: number
  readonly bleu: number
}

/** How well a series is foretold. Values are those of the table, not scaled. */
export interface ForecastFigures {
  /** Forecasts, each of a whole horizon. */
  readonly forecasts: number
  readonly meanAbsoluteError: number
  readonly rootMeanSquaredError: number
  /**
   * Mean absolute scaled error, and that of saying what was a season before, of the forecasts behind a whole season; neither
   * for series that are no longer than a season or repeat themselves exactly.
   */
  readonly scaledError?: number
  readonly naiveScaledError?: number
  /** Share of the values between the outermost quantiles, and what it should be. */
  readonly coverage?: number
  readonly expectedCoverage?: number
}

/** Examples that are answered at once. */
const together = 500

/** Figures of a model that tells classes. @throws SluiceError `examples-few` without any */
export async function measureClasses(
  net: SequenceModel,
  codec: LabelledCodec,
  examples: AsyncIterable<Example> | Iterable<Example>,
  options: PredictOptions,
): Promise<ClassFigures> {
  const { names } = targetReader(codec.target)
  const [targets, chosen]: [number[], number[]] = [[], []]
  let total = 0
  for await (const some of inChunks(examples)) {
    const predictions = await predict(
      net,
      some.map(({ input }) => input),
      options,
    )
    predictions.forEach(({ classes, probabilities }, index) => {
      const target = some[index]!.target as ArrayLike<number>
      for (let step = 0; step < target.length; step++) {
        targets.push(target[step]!)
        chosen.push(classes![step]!)
        total -= log(Math.max(probabilities![step * names.length + target[step]!]!, Number.MIN_VALUE))
      }
    })
  }
  if (targets.length === 0) throw new SluiceError('examples-few/none', {})
  const confusion = confusionMatrix(targets, chosen, names.length)
  return {
    count: targets.length,
    loss: total / targets.length,
    accuracy: accuracy(targets, chosen),
    macroF1: macroF1(confusion),
    classes: names,
    confusion,
    scores: classScores(confusion),
  }
}

async function* inChunks(
  examples: AsyncIterable<Example> | Iterable<Example>,
): AsyncGenerator<readonly Example[]> {
  let some: Example[] = []
  for await (const example of examples) {
    some.push(example)
    if (some.length < together) continue
    yield some
    some = []
  }
  if (some.length > 0) yield some
}

/** Figures of a model that writes texts. */
export async function measureTexts(
  net: SequenceModel,
  { target }: LabelledCodec,
  examples: AsyncIterable<Example> | Iterable<Example>,
  { runtime, length, beam = 1, batch = 50 }: Pick<DecodeOptions, 'runtime' | 'length' | 'beam' | 'batch'>,
): Promise<TextFigures> {
  if (target.kind !== 'text') throw new SluiceError('task-codec')
  const tokenizer = tokenizerFromJSON(target.tokens)
  const [targets, texts]: [string[], string[]] = [[], []]
  let [total, tokens] = [0, 0]
  for await (const some of inChunks(examples)) {
    const longest =
      length ?? 2 * Math.max(...some.map((example) => (example.target as ArrayLike<number>).length))
    const written = await decode(
      net,
      some.map(({ input }) => input),
      { runtime, length: longest, beam, batch },
    )
    for (const { target: text } of some) targets.push(tokenizer.decode(Array.from(text as ArrayLike<number>)))
    for (const each of written) texts.push(tokenizer.decode(each.tokens))
    const evaluation = await exampleLoss(net, some, { runtime, batch })
    total += evaluation.loss * evaluation.tokens
    tokens += evaluation.tokens
  }
  if (targets.length === 0) throw new SluiceError('examples-few/none', {})
  return {
    count: targets.length,
    loss: total / tokens,
    exactMatch: exactMatch(targets, texts),
    editDistance: characterErrorRate(targets, texts),
    bleu: bleu(
      targets.map((text) => [text]),
      texts,
      { smoothing: 'add-one' },
    ).bleu,
  }
}

/**
 * Figures of forecasts that stand side by side.
 * @param part of each series: `all`, or what was held out of training; then the error is scaled by that of the training part
 * @throws SluiceError `series-short` where there is no forecast to measure
 */
export async function measureForecast(
  net: SequenceModel,
  codec: ForecastCodec,
  table: Table,
  part: 'validation' | 'all',
  options: PredictOptions,
): Promise<ForecastFigures> {
  const scaling = Scaling.fromJSON(codec.scaling)
  const all = await seriesOf(table, codec, part === 'all' ? 'all' : 'training')
  const measured: Measured[] = []
  for (const series of all) {
    const starts = startsOf(series.length, codec, part, codec.horizon)
    const windows = windowsOf(series, codec, scaling, starts)
    const predictions = await predict(
      net,
      windows.map(({ input }) => input),
      options,
    )
    predictions.forEach((prediction, index) =>
      measured.push(measuredAt(series, codec, part, starts[index]!, quantilesOf(prediction, codec, scaling))),
    )
  }
  if (measured.length === 0) {
    const { context, horizon } = codec
    throw new SluiceError('series-short', {
      what: table.name,
      length: Math.max(0, ...all.map(({ length }) => length)),
      context,
      horizon,
      needed: context + horizon,
    })
  }
  return figuresOf(measured, codec)
}

/** One forecast beside what came. */
interface Measured {
  readonly targets: Float32Array | Float64Array
  readonly values: Float64Array
  readonly lower: Float64Array
  readonly upper: Float64Array
  readonly scaled?: number
  readonly naive?: number
}

function measuredAt(
  { values, length }: Series,
  codec: ForecastCodec,
  part: 'validation' | 'all',
  start: number,
  steps: readonly Float64Array[],
): Measured {
  const { target, horizon, season, levels } = codec
  const column = values.get(target)!
  const targets = column.subarray(start, start + horizon)
  const predictions = Float64Array.from(steps, (step) => step[middleOf(levels)]!)
  const training = column.subarray(0, part === 'all' ? length : trainedSteps(length, codec))
  const scaledOf = (given: ArrayLike<number>): number =>
    meanAbsoluteScaledError({ targets, predictions: given, training, season })
  const isScaled = start >= season && hasScale(training, season)
  return {
    targets,
    values: predictions,
    lower: Float64Array.from(steps, (step) => step[0]!),
    upper: Float64Array.from(steps, (step) => step.at(-1)!),
    ...(isScaled && {
      scaled: scaledOf(predictions),
      naive: scaledOf(seasonalNaive(column.subarray(0, start), season, horizon)),
    }),
  }
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, each) => sum + each, 0) / numbers.length

function figuresOf(measured: readonly Measured[], { loss, levels }: ForecastCodec): ForecastFigures {
  const joined = (of: (one: Measured) => ArrayLike<number>): Float64Array =>
    Float64Array.from(measured.flatMap((one) => Array.from(of(one))))
  const scaled = measured.flatMap((one) => one.scaled ?? [])
  const naive = measured.flatMap((one) => one.naive ?? [])
  const [targets, values] = [joined((one) => one.targets), joined((one) => one.values)]
  const hasInterval = loss === 'quantile' && levels.length > 1
  return {
    forecasts: measured.length,
    meanAbsoluteError: meanAbsoluteError(targets, values),
    rootMeanSquaredError: rootMeanSquaredError(targets, values),
    ...(scaled.length > 0 && { scaledError: mean(scaled), naiveScaledError: mean(naive) }),
    ...(hasInterval && {
      coverage: intervalCoverage(
        targets,
        joined((one) => one.lower),
        joined((one) => one.upper),
      ),
      expectedCoverage: Math.max(...levels) - Math.min(...levels),
    }),
  }
}
