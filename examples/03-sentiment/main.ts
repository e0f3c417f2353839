import { accuracy, confusionMatrix, macroF1 } from 'sluice/measure'
import { lesson } from '../lesson.ts'
import { naiveBayes } from './bag-of-words.ts'
import { readInOrder } from './order.ts'
import { type Sentence, sentences } from './sentences.ts'

/** Parts of the sentences, each of which is tested with what was learned from the others. */
const parts = 5

/** A sentence, its kind, and the logarithms of the odds that it is positive. */
interface Judged {
  readonly sentence: Sentence
  readonly lstm: number
  readonly bag: number
}

/** Whether a sentence has a word that turns others round. */
const negates = ({ sentence }: Judged): boolean =>
  sentence.words.some((word) => /^(not|no|never|.*n't)$/.test(word))

const classes = (odds: readonly number[]): readonly number[] => odds.map((value) => (value > 0 ? 1 : 0))

function share(judged: readonly Judged[], by: 'lstm' | 'bag'): number {
  const targets = judged.map(({ sentence }) => sentence.positive)
  return accuracy(targets, classes(judged.map((each) => each[by])))
}

export default lesson({
  title: 'Sentiment of short texts, beside a bag of words',
  figures: {
    'lstm: accuracy': { least: 0.78 },
    'lstm: macro-F1': { least: 0.78 },
    'bag of words: accuracy': { least: 0.79, most: 0.84 },
    'lstm over bag of words': { least: -0.04 },
    'lstm over bag of words, where a word negates': { least: -0.01 },
    'what words that negate add to its lead': { least: 0 },
  },
  async run({ log, seed = 1 }) {
    const all = sentences(seed)
    const judged: Judged[] = []
    for (let part = 0; part < parts; part++) {
      const test = all.filter((_sentence, i) => i % parts === part)
      const training = all.filter((_sentence, i) => i % parts !== part)
      const odds = await readInOrder(training, test, seed, log)
      const bag = test.map(naiveBayes(training))
      judged.push(...test.map((sentence, i) => ({ sentence, lstm: odds[i]!, bag: bag[i]! })))
      log(
        `part ${part + 1}: lstm ${share(judged.slice(-test.length), 'lstm')}, bag of words ${share(judged.slice(-test.length), 'bag')}`,
      )
    }
    const targets = judged.map(({ sentence }) => sentence.positive)
    const negated = judged.filter(negates)
    log(
      `${negated.length} sentences of ${judged.length} have a word that negates; the LSTM alone is right about these:`,
    )
    for (const { sentence, lstm, bag } of negated) {
      const isRight = lstm > 0 === sentence.positive > 0 && bag > 0 !== sentence.positive > 0
      if (isRight && sentence.words.length < 9)
        log(`  ${sentence.positive ? 'praise' : 'blame'}: ${sentence.words.join(' ')}`)
    }
    const lead = (list: readonly Judged[]): number => share(list, 'lstm') - share(list, 'bag')
    return {
      'lstm: accuracy': share(judged, 'lstm'),
      'lstm: macro-F1': macroF1(confusionMatrix(targets, classes(judged.map(({ lstm }) => lstm)), 2)),
      'bag of words: accuracy': share(judged, 'bag'),
      'lstm over bag of words': lead(judged),
      'lstm over bag of words, where a word negates': lead(negated),
      'what words that negate add to its lead': lead(negated) - lead(judged),
    }
  },
})
