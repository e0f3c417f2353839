import { SluiceError } from '../core/errors.ts'
import {
  type Table,
  type TokenKind,
  type Tokenizer,
  Classes,
  Scaling,
  type ScalingKind,
  ScalingFitter,
  isList,
  presentText,
  tokenizerFromJSON,
  tokenizerOf,
} from '../data/all.ts'
import type { Numbers, SequenceInput } from '../model/index.ts'
import { type Item, cellAt, entryPlace, listAt, numberAt, sourceAt, textAt } from './items.ts'

/** How what is read stands in a table, and how it becomes numbers: plain JSON, kept with the model. */
export type InputCodec =
  /** A text in a column, in tokens. */
  | { readonly kind: 'text'; readonly column: string; readonly tokens: unknown }
  /** A list of words in a column; a word that is not known is token 0. */
  | { readonly kind: 'words'; readonly column: string; readonly words: readonly string[] }
  /** A category in a column. */
  | { readonly kind: 'class'; readonly column: string; readonly classes: readonly string[] }
  /** Numbers in some columns, which are the steps of a sequence; all are scaled alike. */
  | { readonly kind: 'numbers'; readonly columns: readonly string[]; readonly scaling: unknown }
  /** Lists of numbers in some columns, side by side the vectors of the steps; each column has its scaling. */
  | { readonly kind: 'series'; readonly columns: readonly string[]; readonly scaling: unknown }
  /** A list of vectors in a column, all scaled alike. */
  | { readonly kind: 'vectors'; readonly column: string; readonly size: number; readonly scaling: unknown }

/** What reads the input of an item. */
export interface InputReader {
  readonly codec: InputCodec
  readonly columns: readonly string[]
  readonly input: SequenceInput
  /** @throws SluiceError `table-cell`, `sequence-length`, `array-size` or `class-unknown` */
  read(item: Item): Numbers
}

/** How input is made numbers, where nothing is known yet. */
export interface InputOptions {
  readonly columns: readonly string[]
  /** Of texts; `characters` unless given. */
  readonly tokens?: TokenKind
  readonly vocabularySize?: number
  /** Of numbers; `standard` unless given. */
  readonly scaling?: ScalingKind
  /** Whether they hold texts, some of which may look like numbers; absent: as the first item has it. */
  readonly isText?: boolean
}

/** What is learned of the training part before there is a reader. */
export interface InputSurvey {
  add(item: Item): void
  /** Whether more would change nothing. */
  readonly isFull?: boolean
  finish(): InputReader
}

/** Characters of texts that a vocabulary is made of, at most. */
export const mostText = 2 ** 23

/** The name under which numbers that are scaled alike stand in a scaling. */
const together = 'values'

/** Whether a column, or the lists in it, hold texts: among its first rows those that are no numbers prevail. */
export async function holdsTexts(table: Table, column: string): Promise<boolean> {
  for await (const { cells } of table.batches([column])) {
    const entries = cells.get(column)!.flatMap((cell): readonly unknown[] => (isList(cell) ? cell : [cell]))
    return entries.filter(isNumber).length <= entries.length / 2
  }
  return true
}

/** A survey that fits what stands in the columns of a first item. @throws SluiceError `task-input` */
export function surveyFor(first: Item, options: InputOptions, asClass = false): InputSurvey {
  const { columns } = options
  const column = columns[0]!
  const cell = cellAt(first, column)
  const isText = (value: unknown): boolean => options.isText ?? !isNumber(value)
  if (asClass && isText(cell) && !isList(cell)) return new ClassSurvey(column)
  if (isList(cell)) {
    const inner: unknown = cell[0]
    if (typeof inner === 'string' && isText(inner)) return new WordsSurvey(column, options.vocabularySize)
    return isVector(inner)
      ? new VectorsSurvey(column, options.scaling)
      : new SeriesSurvey(columns, options.scaling)
  }
  return columns.length === 1 && isText(cell)
    ? new TextSurvey(column, options)
    : new NumbersSurvey(columns, options.scaling)
}

const isVector = (value: unknown): value is readonly unknown[] => Array.isArray(value)

function isNumber(cell: unknown): boolean {
  return (
    typeof cell === 'number' ||
    (typeof cell === 'string' && cell.trim() !== '' && Number.isFinite(Number(cell)))
  )
}

/** What reads input as its codec says. @throws SluiceError for a codec that is damaged */
export function inputReader(codec: InputCodec): InputReader {
  const makers = {
    text: textReader,
    words: wordsReader,
    class: classReader,
    numbers: numbersReader,
    series: seriesReader,
    vectors: vectorsReader,
  }
  return makers[codec.kind](codec as never)
}

type Of<K extends InputCodec['kind']> = Extract<InputCodec, { readonly kind: K }>

/** Tokens of a text for a model that only reads it: a character that is not known has a token of its own, the last. */
export function readableTokens(tokenizer: Tokenizer): {
  readonly size: number
  encode(text: string): Int32Array
} {
  if (tokenizer.kind !== 'characters') return tokenizer
  const { size } = tokenizer
  return {
    size: size + 1,
    encode: (text) => Int32Array.from(text, (letter) => tokenizer.token(letter) ?? size),
  }
}

function textReader(codec: Of<'text'>): InputReader {
  const tokenizer = readableTokens(tokenizerFromJSON(codec.tokens))
  const { column } = codec
  return {
    codec,
    columns: [column],
    input: { tokens: tokenizer.size },
    read: (item) => tokenizer.encode(sourceAt(item, column)),
  }
}

function wordsReader(codec: Of<'words'>): InputReader {
  const { column, words } = codec
  const numbers = new Map(words.map((each, index) => [each, index + 1]))
  return {
    codec,
    columns: [column],
    input: { tokens: words.length + 1 },
    read: (item) => Int32Array.from(wordsAt(item, column), (each) => numbers.get(each) ?? 0),
  }
}

/** The words of a list, without white space around them. */
export function wordsAt(item: Item, column: string): readonly string[] {
  return listAt(item, column).map((entry, index) =>
    presentText(entry as string, () => entryPlace(item, column, index, false)).trim(),
  )
}

function classReader(codec: Of<'class'>): InputReader {
  const { column } = codec
  const classes = Classes.fromJSON(codec.classes)
  return {
    codec,
    columns: [column],
    input: { tokens: classes.size },
    read: (item) => classes.number(textAt(item, column).trim(), whereOf(item, column)),
  }
}

/** A place in words: `mail.csv, row 3 (line 4), column label`. */
export function whereOf(item: Item, column: string): string {
  const { name, row, line } = item.place(column)
  return `${name}, row ${row}${line === undefined ? '' : ` (line ${line})`}, column ${column}`
}

function numbersReader(codec: Of<'numbers'>): InputReader {
  const scaling = Scaling.fromJSON(codec.scaling)
  return {
    codec,
    columns: codec.columns,
    input: { vectors: 1 },
    read: (item) => scaling.apply(together, rowNumbers(item, codec.columns)),
  }
}

function rowNumbers(item: Item, columns: readonly string[]): Float64Array {
  return Float64Array.from(columns, (column) => numberAt(cellAt(item, column), () => item.place(column)))
}

function seriesReader(codec: Of<'series'>): InputReader {
  const scaling = Scaling.fromJSON(codec.scaling)
  const { columns } = codec
  return {
    codec,
    columns,
    input: { vectors: columns.length },
    read(item) {
      const all = seriesNumbers(item, columns)
      const steps = all[0]!.length
      const frames = new Float32Array(steps * columns.length)
      columns.forEach((column, place) =>
        scaling
          .apply(column, all[place]!)
          .forEach((value, step) => (frames[step * columns.length + place] = value)),
      )
      return frames
    },
  }
}

/** Lists of numbers, which are equally long. */
function seriesNumbers(item: Item, columns: readonly string[]): readonly Float64Array[] {
  const all = columns.map((column) =>
    Float64Array.from(listAt(item, column), (entry, index) =>
      numberAt(entry, () => entryPlace(item, column, index, true)),
    ),
  )
  const odd = all.findIndex(({ length }) => length !== all[0]!.length)
  if (odd > 0)
    throw new SluiceError('sequence-length/columns', {
      ...item.place(columns[odd]!),
      length: all[odd]!.length,
      other: columns[0]!,
      expected: all[0]!.length,
    })
  return all
}

function vectorsReader(codec: Of<'vectors'>): InputReader {
  const scaling = Scaling.fromJSON(codec.scaling)
  const { column, size } = codec
  return {
    codec,
    columns: [column],
    input: { vectors: size },
    read: (item) => scaling.apply(together, vectorNumbers(item, column, size)),
  }
}

/** Vectors of a size, one behind the other. */
function vectorNumbers(item: Item, column: string, size: number): Float64Array {
  const vectors = listAt(item, column).map((vector) => (isVector(vector) ? vector : [vector]))
  const odd = vectors.find(({ length }) => length !== size)
  if (odd)
    throw new SluiceError('array-size/row', { ...item.place(column), found: odd.length, expected: size })
  return Float64Array.from(vectors.flat(), (entry) => numberAt(entry, () => item.place(column)))
}

class TextSurvey implements InputSurvey {
  readonly #column: string
  readonly #options: InputOptions
  #text: string[] = []
  #length = 0

  get isFull(): boolean {
    return this.#length > mostText
  }

  constructor(column: string, options: InputOptions) {
    this.#column = column
    this.#options = options
  }

  add(item: Item): void {
    const text = sourceAt(item, this.#column)
    this.#length += text.length
    this.#text.push(text)
  }

  finish(): InputReader {
    const { tokens: kind = 'characters', vocabularySize } = this.#options
    const tokenizer = tokenizerOf(this.#text.join(kind === 'characters' ? '' : '\n'), kind, vocabularySize)
    return textReader({ kind: 'text', column: this.#column, tokens: tokenizer.toJSON() })
  }
}

class WordsSurvey implements InputSurvey {
  readonly #column: string
  readonly #most: number
  readonly #counts = new Map<string, number>()

  constructor(column: string, most = 10_000) {
    this.#column = column
    this.#most = most
  }

  add(item: Item): void {
    for (const each of wordsAt(item, this.#column)) this.#counts.set(each, (this.#counts.get(each) ?? 0) + 1)
  }

  /** Words that are there once teach what stands for those that are not known, where there are others. */
  finish(): InputReader {
    const order = [...this.#counts].sort(([a, m], [b, n]) => (m === n ? (a < b ? -1 : 1) : n - m))
    const common = order.filter(([, count]) => count > 1)
    const kept = (common.length > 0 ? common : order).slice(0, this.#most - 1)
    return wordsReader({ kind: 'words', column: this.#column, words: kept.map(([each]) => each) })
  }
}

class ClassSurvey implements InputSurvey {
  readonly #column: string
  readonly #names = new Set<string>()

  constructor(column: string) {
    this.#column = column
  }

  add(item: Item): void {
    this.#names.add(textAt(item, this.#column).trim())
  }

  finish(): InputReader {
    return classReader({ kind: 'class', column: this.#column, classes: Classes.of(this.#names).names })
  }
}

class NumbersSurvey implements InputSurvey {
  readonly #columns: readonly string[]
  readonly #fitter: ScalingFitter

  constructor(columns: readonly string[], scaling: ScalingKind = 'standard') {
    this.#columns = columns
    this.#fitter = new ScalingFitter([together], scaling)
  }

  add(item: Item): void {
    this.#fitter.add(new Map([[together, rowNumbers(item, this.#columns)]]))
  }

  finish(): InputReader {
    return numbersReader({ kind: 'numbers', columns: this.#columns, scaling: this.#fitter.finish().toJSON() })
  }
}

class SeriesSurvey implements InputSurvey {
  readonly #columns: readonly string[]
  readonly #fitter: ScalingFitter

  constructor(columns: readonly string[], scaling: ScalingKind = 'standard') {
    this.#columns = columns
    this.#fitter = new ScalingFitter(columns, scaling)
  }

  add(item: Item): void {
    const all = seriesNumbers(item, this.#columns)
    this.#fitter.add(new Map(this.#columns.map((column, place) => [column, all[place]!])))
  }

  finish(): InputReader {
    return seriesReader({ kind: 'series', columns: this.#columns, scaling: this.#fitter.finish().toJSON() })
  }
}

class VectorsSurvey implements InputSurvey {
  readonly #column: string
  readonly #fitter: ScalingFitter
  #size = 0

  constructor(column: string, scaling: ScalingKind = 'standard') {
    this.#column = column
    this.#fitter = new ScalingFitter([together], scaling)
  }

  add(item: Item): void {
    if (this.#size === 0) this.#size = (listAt(item, this.#column)[0] as readonly unknown[]).length
    this.#fitter.add(new Map([[together, vectorNumbers(item, this.#column, this.#size)]]))
  }

  finish(): InputReader {
    return vectorsReader({
      kind: 'vectors',
      column: this.#column,
      size: this.#size,
      scaling: this.#fitter.finish().toJSON(),
    })
  }
}
