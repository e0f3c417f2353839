import { type Model, type Text, cells, evaluate, model, sample, text, train } from 'sluice'
import { lesson } from '../lesson.ts'
import { mobyDick } from './book.ts'
import { spellingBits } from './spelling.ts'

/** Trains a model on a book; the rate is what depends on its tokens. */
async function learn(
  net: Model,
  book: Text,
  epochs: number,
  rate: number,
  seed: number,
  log: (line: string) => void,
): Promise<void> {
  const settings = {
    batch: 10,
    window: 25,
    epochs,
    learningRate: rate,
    schedule: { kind: 'cosine', warmup: 100 },
    seed,
  } as const
  for await (const { step, loss, validation } of train(net, book, settings)) {
    if (validation) log(`${step} updates: loss ${loss.toFixed(3)}, held out ${validation.loss.toFixed(3)}`)
  }
}

/** Bits for the whole of a text, read in one piece. */
async function bitsOf(net: Model, held: string): Promise<number> {
  const { bits, tokens } = await evaluate(net, text.from(held, { vocabulary: net.vocabulary }), { batch: 1 })
  return bits * tokens
}

async function write(net: Model, length: number, seed: number): Promise<string> {
  let written = ''
  for await (const piece of sample(net, { prime: 'Ahab stood ', length, temperature: 0.7, seed }))
    written += piece
  return written
}

export default lesson({
  title: 'A book by characters and by words',
  figures: {
    'characters: bits a character': { most: 2.2 },
    'words: bits a character': { most: 2.2 },
    'words over characters, in bits': { least: -0.1, most: 0.1 },
    'words without the spelling of those that are new: bits a character': { most: 1.75 },
    'characters: share of words written that the book has': { least: 0.85 },
  },
  async run({ log, seed = 1 }) {
    const whole = mobyDick()
    const cut = whole.indexOf('\n', Math.round(whole.length * 0.95)) + 1
    const [learned, held] = [whole.slice(0, cut), whole.slice(cut)]

    log('by characters')
    const characters = text.from(learned)
    const speller = model({ input: characters.vocabulary, layers: [cells.lstm(256)], embedding: 64, seed })
    await learn(speller, characters, 2, 0.01, seed, log)
    const written = await write(speller, 3000, seed)
    log(written.slice(0, 400))

    log('by words')
    const words = text.from(learned, { tokens: 'words', vocabularySize: 8000 })
    const reader = model({
      input: words.vocabulary,
      layers: [cells.lstm(128)],
      embedding: 128,
      tied: true,
      dropout: 0.2,
      seed,
    })
    await learn(reader, words, 2, 0.006, seed, log)
    log(await write(reader, 100, seed))

    const known = new Set(whole.toLowerCase().match(/[a-z]+/g))
    const own = written
      .toLowerCase()
      .match(/[a-z]+/g)!
      .slice(0, -1)
    const bits = await bitsOf(reader, held)
    const byCharacters = (await bitsOf(speller, held)) / held.length
    const byWords = (bits + spellingBits(held, learned, words)) / held.length
    return {
      'characters: bits a character': byCharacters,
      'words: bits a character': byWords,
      'words over characters, in bits': byCharacters - byWords,
      'words without the spelling of those that are new: bits a character': bits / held.length,
      'characters: share of words written that the book has':
        own.filter((word) => known.has(word)).length / own.length,
    }
  },
})
