import { readFileSync } from 'node:fs'
import { cells, model, sample, text, train } from 'sluice'
import { lesson } from '../lesson.ts'
import { measureCode, measurePlay } from './measures.ts'
import { play, sourceCode, speakers } from './texts.ts'

/** The same model and settings for any text: gives a sample of what it writes afterwards. */
async function learn(
  source: string,
  prime: string,
  steps: number,
  log: (line: string) => void,
): Promise<string> {
  const book = text.from(source)
  const net = model({ input: book.vocabulary, layers: [cells.lstm(256)] })
  const settings = {
    batch: 16,
    window: 50,
    steps,
    learningRate: 0.005,
    schedule: { kind: 'cosine', warmup: 100 },
    validateEvery: steps / 4,
  } as const
  for await (const { step, loss, validation } of train(net, book, settings)) {
    if (validation) log(`${step} updates: loss ${loss.toFixed(3)}, validation ${validation.loss.toFixed(3)}`)
  }
  let written = prime
  for await (const piece of sample(net, { prime, length: 20_000, temperature: 0.3, seed: 1 }))
    written += piece
  for (const line of written.split('\n').slice(0, 24)) log(`  ${line}`)
  return written
}

/** Who speaks in a play from a file: every line in a form like `FIRST CITIZEN:` or `Romeo:`. */
const speakersOf = (source: string): ReadonlySet<string> => new Set(source.match(/^[A-Z][\w' ]*:$/gm))

export default lesson({
  title: 'Code and plays: the same model, other rules',
  reads: '.txt',
  figures: {
    'brackets that close the innermost open one': { least: 0.9 },
    'lines behind an opening bracket that are indented': { least: 0.7 },
    'speeches that begin with a speaker': { least: 0.95 },
  },
  async run({ log, files: [file] }) {
    log('source code of this project')
    const code = measureCode(await learn(sourceCode(), 'export ', 12_000, log))
    log(file === undefined ? 'a play made of Moby-Dick' : file)
    const source = file === undefined ? play() : readFileSync(file, 'utf8')
    const known = file === undefined ? new Set(speakers.map((name) => `${name}:`)) : speakersOf(source)
    const spoken = measurePlay(await learn(source, '\n\n', 4_000, log), known)
    return {
      'brackets that close the innermost open one': code.brackets,
      'lines behind an opening bracket that are indented': code.indentation,
      'speeches that begin with a speaker': spoken,
    }
  },
})
