import { type Layer, cells, dense, predict, sequenceModel } from 'sluice'
import { accuracy } from 'sluice/measure'
import { learn } from '../learn.ts'
import { lesson } from '../lesson.ts'
import { frameSize, programmes } from './programme.ts'

const gaps = [1, 5, 10, 20, 40, 80] as const

/** Trains one layer on programmes of all gaps: gives its accuracy for each gap. */
export async function accuracies(
  layers: readonly Layer[],
  seed: number,
  log: (line: string) => void,
): Promise<readonly number[]> {
  const net = sequenceModel({
    shape: 'many-to-one',
    input: { vectors: frameSize },
    output: { classes: 2 },
    layers,
    seed,
  })
  const data = { training: programmes(seed, 6000, gaps), validation: programmes(seed + 1000, 300, gaps) }
  const settings = { batch: 50, epochs: 6, learningRate: 0.005, schedule: 'cosine', clipNorm: 1, seed } as const
  await learn(net, data, settings, log)
  return Promise.all(
    gaps.map(async (gap) => {
      const test = programmes(seed + 2000 + gap, 300, [gap])
      const answers = await predict(
        net,
        test.map(({ input }) => input),
      )
      return accuracy(
        test.map(({ target }) => target),
        answers.map(({ classes }) => classes![0]!),
      )
    }),
  )
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
    'rnn: accuracy at a gap of 1': { least: 0.9 },
    'gru: accuracy at a gap of 80': { least: 0.95 },
    'lstm: accuracy at a gap of 80': { least: 0.95 },
    'lstm over rnn: accuracy at a gap of 80': { least: 0.2 },
  },
  async run({ log, seed = 1 }) {
    const found = new Map<string, readonly number[]>()
    for (const [name, layer] of Object.entries(models)) {
      log(name)
      found.set(name, await accuracies([layer], seed, log))
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
      'gru: accuracy at a gap of 80': at('gru', 80),
      'lstm: accuracy at a gap of 80': at('lstm', 80),
      'lstm over rnn: accuracy at a gap of 80': at('lstm', 80) - at('rnn', 80),
    }
  },
})
