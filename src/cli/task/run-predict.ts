import { writeFile } from 'node:fs/promises'
import { SluiceError } from '../../core/errors.ts'
import { type Table, linesOf, tableFrom } from '../../data/all.ts'
import { sequenceModelFrom } from '../../interop/index.ts'
import type { SequenceModel } from '../../model/index.ts'
import type { Runtime } from '../../runtime/index.ts'
import { type LabelledCodec, type TaskCodec, answers, forecast, taskCodec } from '../../task/index.ts'
import type { PredictFlags } from '../commands/predict.ts'
import { openStored } from '../open-model.ts'
import { runtimeFor } from '../options.ts'
import type { Output } from '../output.ts'
import { table } from '../view/table.ts'
import { type AnswerRow, forecastRows, labelledRows, shownRows } from './answer-rows.ts'
import { predicting, requireHeeded } from './heeded.ts'
import { linesIn, openTable, readingAgain } from './open-table.ts'

/** Rows that are shown at once, so that their columns stand under each other. */
const together = 500

/** Answers a table, texts, or lines of standard input. */
export async function runPredict(
  path: string,
  input: string | undefined,
  flags: PredictFlags,
  output: Output,
): Promise<void> {
  const { stored } = await openStored(path, flags, output)
  const net = sequenceModelFrom(stored)
  const codec = taskCodec(net)
  requireHeeded(flags, codec, predicting)
  const given = await tableOf(input, flags, net)
  const runtime = await runtimeFor(flags, output)
  const writer = new AnswerWriter(flags.out, output)
  for await (const rows of answerRows(net, codec, given, flags, runtime)) {
    if (output.closed.aborted) return
    writer.add(rows)
  }
  await writer.end()
}

async function* answerRows(
  net: SequenceModel,
  codec: TaskCodec,
  given: Table,
  flags: PredictFlags,
  runtime: Runtime,
): AsyncGenerator<readonly AnswerRow[]> {
  const { batch, length, temperature = 0, seed, beam } = flags
  const reading = { runtime, ...(batch !== undefined && { batch }) }
  if (codec.task === 'forecast') return yield forecastRows(await forecast(net, codec, given, reading))
  const choice = {
    temperature,
    ...(length !== undefined && { length }),
    ...(seed !== undefined && { seed }),
    ...(beam !== undefined && { beam }),
  }
  for await (const answered of answers(net, codec, given, { ...reading, ...choice }))
    yield labelledRows(answered, codec)
}

/** What a model of a task is to read: texts, lines of standard input or of a file, or a table. @throws SluiceError `usage` */
export async function tableOf(
  input: string | undefined,
  flags: Pick<PredictFlags, 'text' | 'format' | 'delimiter' | 'encoding'>,
  net: SequenceModel,
): Promise<Table> {
  const codec = taskCodec(net)
  if (flags.text) return textTable(flags.text, codec, '--text')
  if (input === undefined) throw new SluiceError('usage/no-input')
  if (input === '-') return textTable(linesOf(await standardInput()), codec, 'standard input')
  const isLines = flags.format === undefined && input.toLowerCase().endsWith('.txt')
  if (!isLines) return openTable(input, readingAgain(net.codec, flags))
  return textTable(await linesIn(input, flags.encoding), codec, input)
}

/** Texts as a table with the column that the model reads. */
function textTable(texts: readonly string[], codec: TaskCodec, name: string): Table {
  const kind = codec.task === 'forecast' ? 'series' : codec.input.kind
  if (kind !== 'text' && kind !== 'words' && kind !== 'class')
    throw new SluiceError('usage/text-input', { name })
  const { column } = (codec as LabelledCodec).input as { readonly column: string }
  const cell = (text: string): string | readonly string[] =>
    kind === 'words' ? text.trim().split(/\s+/u) : text
  return tableFrom(
    texts.map((text) => ({ [column]: cell(text) })),
    name,
  )
}

async function standardInput(): Promise<string> {
  process.stdin.setEncoding('utf8')
  let text = ''
  for await (const piece of process.stdin) text += piece as string
  return text
}

/** Writes answers to standard output or to a file. */
class AnswerWriter {
  readonly #file: string | undefined
  readonly #output: Output
  #rows: AnswerRow[] = []

  constructor(file: string | undefined, output: Output) {
    this.#file = file
    this.#output = output
  }

  add(rows: readonly AnswerRow[]): void {
    for (const row of rows) this.#rows.push(row)
    if (this.#file === undefined && this.#rows.length >= together) this.#show()
  }

  async end(): Promise<void> {
    if (this.#file === undefined) return this.#show()
    const isCsv = this.#file.endsWith('.csv')
    const lines = isCsv ? csvLines(this.#rows) : this.#rows.map(({ record }) => JSON.stringify(record))
    const text = lines.map((line) => `${line}\n`).join('')
    const path = this.#file
    await writeFile(path, text).catch((cause: Error) => {
      throw new SluiceError('answers-file', { path, reason: cause.message }, { cause })
    })
    this.#output.say(`${this.#rows.length} answers in ${this.#file}`)
  }

  #show(): void {
    for (const { record } of this.#rows) this.#output.record(record)
    if (!this.#output.json) this.#output.print(table(shownRows(this.#rows)))
    this.#rows = []
  }
}

/** Rows as CSV with a header; nested values are left to JSON. */
function csvLines(rows: readonly AnswerRow[]): readonly string[] {
  const columns = Object.keys(rows[0]?.record ?? {}).filter((key) => typeof rows[0]!.record[key] !== 'object')
  const cell = (value: unknown): string => {
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? '')
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return [columns.join(','), ...rows.map(({ record }) => columns.map((key) => cell(record[key])).join(','))]
}
