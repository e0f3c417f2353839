import { type Layer, cells, dense, predict, sequenceModel } from 'sluice'
import { accuracy } from 'sluice/measure'
import { learn } from '../learn.ts'
import { lesson } from '../lesson.ts'
import { frameSize, programmes } from './programme.ts'

const gaps = [1, 10, 50, 200] as const

/** Programmes to learn from, to hold out and to test with, the same for every model. */
export function programmeData(seed: number) {
  return {
    training: programmes(seed, 4000, gaps),
    validation: programmes(seed + 1000, 200, gaps),
    test: programmes(seed + 2000, 1200, gaps),
  }
}

/** Trains one layer on programmes of all gaps: gives its accuracy for each gap. */
export async function accuracies(
  layer: Layer,
  { test, ...data }: ReturnType<typeof programmeData>,
  seed: number,
  log: (line: string) => void,
): Promise<readonly number[]> {
  const net = sequenceModel({
    shape: 'many-to-one',
    input: { vectors: frameSize },
    output: { classes: 2 },
    layers: [layer],
    seed,
  })
  const settings = {
    batch: 50,
    epochs: 5,
    learningRate: 0.006,
    schedule: 'cosine',
    clipNorm: 1,
    seed,
  } as const
  await learn(net, data, settings, log)
  const answers = await predict(
    net,
    test.map(({ input }) => input),
  )
  return gaps.map((_gap, number) => {
    const own = test.map((_each, index) => index).filter((index) => index % gaps.length === number)
    return accuracy(
      own.map((index) => test[index]!.target),
      own.map((index) => answers[index]!.classes![0]!),
    )
  })
}

const models = {
  'feed-forward': dense(32),
  rnn: cells.rnn(32),
  gru: cells.gru(32),
  lstm: cells.lstm(32),
}

export default lesson({
  title: 'Dog or wolf: what was seen long before decides',
  figures: {
    'feed-forward: accuracy over all gaps': { most: 0.6 },
    'rnn: accuracy at a gap of 1': { least: 0.75 },
    'gru: accuracy at a gap of 200': { least: 0.95 },
    'lstm: accuracy at a gap of 200': { least: 0.95 },
    'lstm over rnn: accuracy at a gap of 200': { least: 0.3 },
  },
  async run({ log, seed = 1 }) {
    const data = programmeData(seed)
    const found = new Map<string, readonly number[]>()
    for (const [name, layer] of Object.entries(models)) {
      log(name)
      found.set(name, await accuracies(layer, data, seed, log))
    }
    log(`accuracy at a gap of  ${gaps.map((gap) => String(gap).padStart(5)).join(' ')}`)
    for (const [name, row] of found)
      log(`${name.padEnd(22)}${row.map((value) => value.toFixed(2).padStart(5)).join(' ')}`)
    const at = (name: keyof typeof models, gap: number): number =>
      found.get(name)![gaps.findIndex((each) => each === gap)]!
    const first = found.get('feed-forward')!
    return {
      'feed-forward: accuracy over all gaps': first.reduce((sum, value) => sum + value, 0) / first.length,
      'rnn: accuracy at a gap of 1': at('rnn', 1),
      'gru: accuracy at a gap of 200': at('gru', 200),
      'lstm: accuracy at a gap of 200': at('lstm', 200),
      'lstm over rnn: accuracy at a gap of 200': at('lstm', 200) - at('rnn', 200),
    }
  },
})
