import { cells, layer, predict, sequenceModel } from 'sluice'
import { intervalCoverage, meanAbsoluteScaledError, seasonalNaive } from 'sluice/measure'
import { learn } from '../learn.ts'
import { lesson } from '../lesson.ts'
import { dailyBirths } from './births.ts'
import { foretold, horizon, starts, width, windowAt } from './windows.ts'

export default lesson({
  title: 'Births: 28 days ahead, and how sure that is',
  figures: {
    'lstm: mean absolute scaled error': { most: 0.62 },
    'seasonal-naive: mean absolute scaled error': { least: 1 },
    'as a year before: mean absolute scaled error': { least: 0.7 },
    "lstm: error over seasonal-naive's": { most: 0.55 },
    'lstm: share of days within intervals of 80 %': { least: 0.73, most: 0.9 },
    'lstm: half width of the intervals, in births': { most: 450 },
  },
  async run({ log, seed = 1 }) {
    const all = await dailyBirths()
    const firstOf = (year: number): number => all.times.indexOf(Date.UTC(year, 0, 1))
    const [held, tested] = [firstOf(2002), firstOf(2003)]
    const windowsAt = (list: readonly number[]) => list.map((start) => windowAt(all, start))
    const data = {
      training: windowsAt(starts(0, held, 2)),
      validation: windowsAt(starts(held, tested, 7)),
    }
    const net = sequenceModel({
      shape: 'synced',
      input: { vectors: width },
      output: { values: 1, loss: 'quantile', levels: [0.1, 0.5, 0.9] },
      layers: [layer(cells.lstm(32), { direction: 'both' })],
      dropout: 0.2,
      seed,
    })
    const settings = {
      batch: 20,
      epochs: 20,
      learningRate: 0.005,
      schedule: 'cosine',
      clipNorm: 1,
      seed,
    } as const
    await learn(net, data, settings, log)

    const test = windowsAt(starts(tested, all.births.length, 1))
    const answers = await predict(
      net,
      test.map(({ input }) => input),
    )
    const quantile = (level: number): readonly number[] =>
      test.flatMap((window, i) => foretold(window, answers[i]!.output, level))
    const [low, middle, high] = [0, 1, 2].map(quantile)
    const targets = test.flatMap(({ start }) => [...all.births.subarray(start, start + horizon)])
    const training = all.births.subarray(0, held)
    const scaled = (predictions: readonly number[]): number =>
      meanAbsoluteScaledError({ targets, predictions, training, season: 7 })
    const naive = (season: number): number =>
      scaled(test.flatMap(({ start }) => [...seasonalNaive(all.births.subarray(0, start), season, horizon)]))
    const [own, week] = [scaled(middle!), naive(7)]
    return {
      'lstm: mean absolute scaled error': own,
      'seasonal-naive: mean absolute scaled error': week,
      'as a year before: mean absolute scaled error': naive(364),
      "lstm: error over seasonal-naive's": own / week,
      'lstm: share of days within intervals of 80 %': intervalCoverage(targets, low!, high!),
      'lstm: half width of the intervals, in births':
        high!.reduce((sum, end, i) => sum + (end - low![i]!) / 2, 0) / high!.length,
    }
  },
})
