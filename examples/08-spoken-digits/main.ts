import { type Example, type Layer, cells, dense, layer, predict, sequenceModel } from 'sluice'
import { Stream } from 'sluice/data'
import { ctcBeam, ctcGreedy } from 'sluice/generate'
import { characterErrorRate, exactMatch } from 'sluice/measure'
import { learn } from '../learn.ts'
import { lesson } from '../lesson.ts'
import { say } from './speech.ts'
import { frameSize, spectrum } from './spectrum.ts'

/** The class behind the ten digits stands for no digit. */
const blank = 10

type Said = Example & { readonly target: readonly number[] }

function utterances(seed: number, count: number): readonly Said[] {
  const random = new Stream(seed)
  return Array.from({ length: count }, () => {
    const { samples, said } = say(random)
    return { input: spectrum(samples), target: said }
  })
}

/** Trains on utterances; gives logarithms of the chances of each frame of those of the test. */
async function listen(
  layers: readonly Layer[],
  { test, ...data }: Readonly<Record<'training' | 'validation' | 'test', readonly Said[]>>,
  seed: number,
  log: (line: string) => void,
): Promise<readonly (readonly Float32Array[])[]> {
  const net = sequenceModel({
    shape: 'synced',
    input: { vectors: frameSize },
    output: { ctc: blank },
    layers,
    seed,
  })
  const settings = {
    batch: 20,
    epochs: 20,
    learningRate: 0.008,
    schedule: 'cosine',
    clipNorm: 1,
    seed,
  } as const
  await learn(net, data, settings, log)
  const answers = await predict(
    net,
    test.map(({ input }) => input),
  )
  return answers.map(({ steps, probabilities }) =>
    Array.from({ length: steps }, (_unused, step) =>
      probabilities!.slice(step * (blank + 1), (step + 1) * (blank + 1)).map(Math.log),
    ),
  )
}

export default lesson({
  title: 'Spoken digits: sound to text without an alignment',
  figures: {
    'feed-forward: label error rate': { least: 0.3 },
    'lstm, best path: label error rate': { most: 0.03 },
    'lstm, prefix beam: label error rate': { most: 0.03 },
    'lstm, prefix beam: strings without an error': { least: 0.9 },
  },
  async run({ log, seed = 1 }) {
    const data = {
      training: utterances(seed, 1500),
      validation: utterances(seed + 1000, 40),
      test: utterances(seed + 2000, 150),
    }
    log('feed-forward: every frame for itself')
    const alone = await listen([dense(64)], data, seed, log)
    log('lstm, both directions')
    const logs = await listen([layer(cells.lstm(40), { direction: 'both' })], data, seed, log)
    const wanted = data.test.map(({ target }) => target)
    const greedy = logs.map((steps) => ctcGreedy(steps, blank))
    const beam = logs.map((steps) => ctcBeam(steps, { width: 8, blank })[0]!.labels)
    beam.slice(0, 5).forEach((labels, i) => {
      log(`said ${wanted[i]!.join(' ')}, heard ${labels.join(' ')}`)
      log(`  frames: ${frames(logs[i]!)}`)
    })
    return {
      'feed-forward: label error rate': characterErrorRate(
        wanted,
        alone.map((steps) => ctcGreedy(steps, blank)),
      ),
      'lstm, best path: label error rate': characterErrorRate(wanted, greedy),
      'lstm, prefix beam: label error rate': characterErrorRate(wanted, beam),
      'lstm, prefix beam: strings without an error': exactMatch(wanted, beam),
    }
  },
})

/** The likeliest label of each frame; a dot for none. */
function frames(logs: readonly Float32Array[]): string {
  return logs
    .map((step) => step.indexOf(Math.max(...step)))
    .map((label) => (label === blank ? '.' : label))
    .join('')
}
