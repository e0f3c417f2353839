import { type Layer, type SequenceModel, cells, predict, sequenceModel } from 'sluice'
import { accuracy } from 'sluice/measure'
import { learn } from '../learn.ts'
import { lesson } from '../lesson.ts'
import { type Story, manyStories, questions, storiesOf, vocabulary } from './stories.ts'
import { holderOf, memoryAfterGap } from './units.ts'

const gaps = [2, 10, 50, 150, 500] as const

/** Short gaps teach what is asked, then longer ones to remember it (Bengio et al. 2009 call this a curriculum). */
const lessons = [
  { longest: 20, count: 3000, epochs: 6 },
  { longest: 500, count: 1000, epochs: 3 },
] as const

const layers = {
  rnn: cells.rnn(48),
  lstm: cells.lstm(48, { init: { bf: 3 } }), // a forget gate that starts open: sigmoid(3) = 0.95
}

async function trained(layer: Layer, seed: number, log: (line: string) => void): Promise<SequenceModel> {
  const net = sequenceModel({
    shape: 'synced',
    input: { tokens: vocabulary.length },
    output: { classes: vocabulary.length },
    layers: [layer],
    seed,
  })
  for (const { longest, count, epochs } of lessons) {
    const data = {
      training: manyStories(seed, count, longest),
      validation: manyStories(seed + 1000, 100, longest),
    }
    const settings = { batch: 25, epochs, learningRate: 0.01, schedule: 'cosine', clipNorm: 1, seed } as const
    await learn(net, data, settings, log)
  }
  return net
}

/** Share of the words that are right, for each question. */
async function answered(net: SequenceModel, test: readonly Story[]): Promise<readonly number[]> {
  const answers = await predict(
    net,
    test.map(({ input }) => input),
  )
  const pairs = test.flatMap(({ target }, row) => {
    const asked = target.flatMap((word, place) => (word < 0 ? [] : [place]))
    return asked.map((place, question) => ({
      question,
      wanted: target[place]!,
      given: answers[row]!.classes![place]!,
    }))
  })
  return questions.map((_name, number) => {
    const own = pairs.filter(({ question }) => question === number)
    return accuracy(
      own.map(({ wanted }) => wanted),
      own.map(({ given }) => given),
    )
  })
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

export default lesson({
  title: 'Long agreement: who, where and what, 2 to 500 words later',
  figures: {
    'lstm: accuracy at a gap of 2': { least: 0.97 },
    'lstm: accuracy at a gap of 150': { least: 0.95 },
    'lstm: accuracy at a gap of 500': { least: 0.9 },
    'lstm over rnn: accuracy at a gap of 500': { least: 0.3 },
    'lstm: the unit that holds "they" after 150 words, area under the curve': { least: 0.9 },
    'lstm: the unit that holds "France" after 150 words, area under the curve': { least: 0.9 },
  },
  async run({ log, seed = 1 }) {
    const found = new Map<string, readonly number[]>()
    const nets = new Map<string, SequenceModel>()
    for (const [name, layer] of Object.entries(layers)) {
      log(name)
      const net = await trained(layer, seed, log)
      nets.set(name, net)
      const rows: number[] = []
      for (const gap of gaps) {
        const right = await answered(net, storiesOf(gap, seed + 2000, 100))
        rows.push(mean(right))
        const parts = questions.map((question, i) => `${question} ${right[i]!.toFixed(2)}`)
        log(`after ${String(gap).padStart(3)} words: ${parts.join(', ')}`)
      }
      found.set(name, rows)
    }
    const at = (name: keyof typeof layers, gap: (typeof gaps)[number]): number =>
      found.get(name)![gaps.indexOf(gap)]!
    const test = storiesOf(150, seed + 3000, 200)
    const memory = await memoryAfterGap(nets.get('lstm')!, layers.lstm, test)
    const [plural, france] = [
      holderOf(
        memory,
        test.map(({ person }) => person === 'they'),
      ),
      holderOf(
        memory,
        test.map(({ country }) => country === 'France'),
      ),
    ]
    log(`unit ${plural.unit} of c holds "they", unit ${france.unit} holds "France"`)
    return {
      'lstm: accuracy at a gap of 2': at('lstm', 2),
      'lstm: accuracy at a gap of 150': at('lstm', 150),
      'lstm: accuracy at a gap of 500': at('lstm', 500),
      'lstm over rnn: accuracy at a gap of 500': at('lstm', 500) - at('rnn', 500),
      'lstm: the unit that holds "they" after 150 words, area under the curve': plural.area,
      'lstm: the unit that holds "France" after 150 words, area under the curve': france.area,
    }
  },
})
