import { Classes, Scaling, type Table, tokenizerFromJSON } from '../data/all.ts'
import type { Example } from '../model/index.ts'
import type { TaskCodec } from './codec.ts'
import { seriesOf, startsOf, windowsOf } from './forecast.ts'
import { inputReader } from './inputs.ts'
import { itemsOf } from './items.ts'
import { type LabelledCodec, examplesOf, sidesOf } from './labelled.ts'

/** What a model of a task reads, with what it is to answer where the table has that. */
export type TaskSequence = Pick<Example, 'input'> & Partial<Example>

/**
 * The sequences of a table in their order: its items; of series the windows of a forecast, side by side.
 * @throws SluiceError `table-column`, `table-cell`, `series-order` and others of data
 */
export async function* sequencesOf(table: Table, codec: TaskCodec): AsyncGenerator<TaskSequence> {
  if (codec.task === 'forecast') {
    const scaling = Scaling.fromJSON(codec.scaling)
    for (const series of await seriesOf(table, codec, 'all'))
      yield* windowsOf(series, codec, scaling, startsOf(series.length, codec, 'all', codec.horizon))
  } else if (table.columns.includes(codec.target.column)) yield* examplesOf(table, codec, sidesOf(codec))
  else yield* questionsOf(table, codec)
}

async function* questionsOf(table: Table, codec: LabelledCodec): AsyncGenerator<TaskSequence> {
  const reader = inputReader(codec.input)
  for await (const item of itemsOf(table, reader.columns, codec)) yield { input: reader.read(item) }
}

/** Shown for a step that reads numbers, and for a token that a model does not know. */
const [numbersMark, unknownMark] = ['·', '\ufffd']

/** What tokens are that a model of a task reads, or writes; steps of numbers are all alike. */
export function taskSymbols(codec: TaskCodec, side: 'read' | 'written'): (token: number) => string {
  if (codec.task === 'forecast') return () => numbersMark
  if (side === 'written') return codec.target.kind === 'text' ? symbolsIn(codec.target.tokens) : () => ''
  const { input } = codec
  if (input.kind === 'text') return symbolsIn(input.tokens)
  if (input.kind === 'words') return (token) => `${input.words[token - 1] ?? unknownMark} `
  if (input.kind === 'class') return (token) => Classes.fromJSON(input.classes).names[token] ?? unknownMark
  return () => numbersMark
}

function symbolsIn(tokens: unknown): (token: number) => string {
  const tokenizer = tokenizerFromJSON(tokens)
  return (token) => (token < tokenizer.size ? tokenizer.symbol(token) : unknownMark)
}
