import { cells, predict, sequenceModel } from 'sluice'
import { Stream } from 'sluice/data'
import { accuracy, confusionMatrix } from 'sluice/measure'
import { learn } from '../learn.ts'
import { type Digit, digits, otherwise, side } from './digits.ts'

/** Accuracy of a network that reads images row by row, and of the nearest mean image. */
export async function readRows(
  seed: number,
  log: (line: string) => void,
): Promise<{ readonly lstm: number; readonly nearestMean: number }> {
  const all = digits(seed)
  const [training, validation, test] = [all.slice(0, 8000), all.slice(8000, 8500), all.slice(8500)]
  const random = new Stream(seed, 6)
  const near = (pixels: number): number => random.below(2 * pixels + 1) - pixels
  const more = Array.from({ length: 3 }, () =>
    training.map((digit) => otherwise(digit, { right: near(2), down: near(2), lean: near(4) })),
  )
  const net = sequenceModel({
    shape: 'many-to-one',
    input: { vectors: side },
    output: { classes: 10 },
    layers: [cells.lstm(112)],
    dropout: 0.2,
    seed,
  })
  const settings = {
    batch: 50,
    epochs: 5,
    learningRate: 0.005,
    schedule: 'cosine',
    clipNorm: 1,
    seed,
  } as const
  await learn(net, { training: [...training, ...more.flat()], validation }, settings, log)
  const targets = test.map(({ target }) => target)
  const answers = await predict(
    net,
    test.map(({ input }) => input),
  )
  const given = answers.map(({ classes }) => classes![0]!)
  log('which digit (row) is taken for which (column):')
  for (const row of confusionMatrix(targets, given, 10))
    log(row.map((count) => String(count).padStart(4)).join(''))
  return { lstm: accuracy(targets, given), nearestMean: accuracy(targets, nearestMeans(training, test)) }
}

/** For each image the digit whose mean image is nearest. */
function nearestMeans(training: readonly Digit[], test: readonly Digit[]): readonly number[] {
  const means = Array.from({ length: 10 }, (_unused, digit) => {
    const own = training.filter(({ target }) => target === digit)
    const sum = new Float64Array(side ** 2)
    for (const { input } of own)
      input.forEach((row, y) => row.forEach((ink, x) => (sum[y * side + x]! += ink)))
    return sum.map((ink) => ink / own.length)
  })
  return test.map(({ input }) => {
    const distances = means.map((mean) =>
      input.reduce(
        (sum, row, y) => row.reduce((own, ink, x) => own + (ink - mean[y * side + x]!) ** 2, sum),
        0,
      ),
    )
    return distances.indexOf(Math.min(...distances))
  })
}
