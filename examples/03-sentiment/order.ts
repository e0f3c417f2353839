import { cells, layer, predict, sequenceModel } from 'sluice'
import { learn } from '../learn.ts'
import { type Sentence, vocabularyOf } from './sentences.ts'

/** Networks whose answers are averaged, since each alone depends much on its starting weights. */
const networks = 5

/** Reads words in their order: gives for each sentence of the test the logarithm of the odds that it is positive. */
export async function readInOrder(
  training: readonly Sentence[],
  test: readonly Sentence[],
  seed: number,
  log: (line: string) => void,
): Promise<readonly number[]> {
  const vocabulary = vocabularyOf(training, 2)
  const numbers = ({ words }: Sentence): number[] => words.map((word) => vocabulary.get(word) ?? 0)
  const examples = training.map((sentence) => ({ input: numbers(sentence), target: sentence.positive }))
  const odds = test.map(() => 0)
  for (let network = 0; network < networks; network++) {
    const net = sequenceModel({
      shape: 'many-to-one',
      input: { tokens: vocabulary.size + 1, embedding: 48, embeddingDropout: 0.2 },
      output: { classes: 2, names: ['blame', 'praise'] },
      layers: [layer(cells.lstm(24), { direction: 'both' })],
      pool: 'mean',
      dropout: 0.5,
      seed: seed * networks + network,
    })
    const settings = {
      batch: 32,
      epochs: 5,
      learningRate: 0.003,
      schedule: 'cosine',
      clipNorm: 1,
      validation: 'none',
      seed,
    } as const
    await learn(net, examples, settings, log)
    const answers = await predict(net, test.map(numbers))
    answers.forEach(({ output }, i) => (odds[i]! += (output[1]! - output[0]!) / networks))
  }
  return odds
}
