import { SluiceError } from '../core/errors.ts'
import {
  Classes,
  type Parts,
  type ScalingKind,
  type Table,
  type TokenKind,
  requireSeenClasses,
} from '../data/all.ts'
import type { Example, SequenceOutput, Shape } from '../model/index.ts'
import { type InputCodec, type InputReader, holdsTexts, inputReader, surveyFor } from './inputs.ts'
import { type Grouping, type Item, itemsOf } from './items.ts'
import { type HeldOut, heldMask, partsOf } from './parts.ts'
import { type TargetCodec, type TargetReader, TextTargets, labelsAt, targetReader } from './targets.ts'
import type { ClassCount, Facts, Understood } from './understood.ts'

/** Tasks whose examples are items of a table: a class, a class at each step, or a text. */
export type LabelledTask = 'classify' | 'tag' | 'caption' | 'translate'

/** How a model of such a task reads a table: plain JSON, kept with it. */
export interface LabelledCodec extends Grouping {
  readonly task: LabelledTask
  readonly input: InputCodec
  readonly target: TargetCodec
  readonly heldOut: HeldOut
}

/** What is said about such a task. */
export interface LabelledOptions extends Grouping {
  readonly task: LabelledTask
  readonly target: string
  readonly input: readonly string[]
  readonly heldOut: HeldOut
  readonly tokens?: TokenKind
  readonly vocabularySize?: number
  readonly scaling?: ScalingKind
}

/** A text is written from one class, or from the sequence that is read. */
function shapeOf(task: LabelledTask, { codec }: InputReader): Shape {
  if (task === 'classify') return 'many-to-one'
  if (task === 'tag') return 'synced'
  return codec.kind === 'class' ? 'one-to-many' : 'many-to-many'
}

const targetKinds = { classify: 'class', tag: 'labels', caption: 'text', translate: 'text' } as const

/**
 * Reads through a table and finds classes, vocabulary and scaling, of the training part alone where that matters.
 * @param known the codec of the run that goes on
 * @throws SluiceError `table-column`, `table-row`, `table-cell`, `class-unknown`, `class-few`, `split-empty` and others of data
 */
export async function understandLabelled(
  table: Table,
  options: LabelledOptions,
  known?: LabelledCodec,
): Promise<Understood<LabelledCodec>> {
  const { task, target: column } = options
  const grouping = groupingOf(options)
  const found = await surveyTargets(table, options)
  const parts = partsOf(found.count, options.heldOut, task === 'classify' ? found.labels : undefined)
  if (found.labels && task === 'classify') requireSeenClasses(found.classes!, found.labels, parts)
  const mask = heldMask(found.count, parts)
  const { input, target } = known
    ? { input: inputReader(known.input), target: targetReader(known.target) }
    : await fitted(table, options, mask, found)
  const codec: LabelledCodec = {
    task,
    ...grouping,
    input: input.codec,
    target: target.codec,
    heldOut: options.heldOut,
  }
  const sides = { input, target }
  return {
    codec,
    model: { shape: shapeOf(task, input), input: input.input, output: outputOf(target) },
    unit: { class: 'examples', labels: 'labels', text: 'tokens' }[targetKinds[task]],
    facts: {
      ...factsOf(table, codec, input, parts, options.heldOut),
      ...classFacts(found, parts, task),
      target: column,
    },
    open: (part) =>
      examplesOf(table, codec, sides, (item) => (mask[item.number] === 1) === (part === 'validation')),
  }
}

export const groupingOf = ({ id, rows }: Grouping): Grouping => ({
  ...(id !== undefined && { id }),
  ...(rows !== undefined && { rows }),
})

function outputOf({ names }: TargetReader): SequenceOutput {
  return { classes: names.length, names }
}

interface Sides {
  readonly input: InputReader
  readonly target: TargetReader
}

/** Readers of a codec. @throws SluiceError for a codec that is damaged */
export function sidesOf({ input, target }: LabelledCodec): Sides {
  return { input: inputReader(input), target: targetReader(target) }
}

/** The examples of a table, those that are wanted. */
export async function* examplesOf(
  table: Table,
  codec: LabelledCodec,
  { input, target }: Sides,
  wanted: (item: Item) => boolean = () => true,
): AsyncGenerator<Example> {
  const columns = [...input.columns, target.codec.column]
  for await (const item of itemsOf(table, columns, codec)) {
    if (!wanted(item)) continue
    const example = { input: input.read(item), target: target.read(item) }
    requireSameLength(codec, item, example)
    yield example
  }
}

/** Labels are as many as the steps that they stand at. */
function requireSameLength(
  { task, input, target }: LabelledCodec,
  item: Item,
  example: { readonly input: unknown; readonly target: Int32Array },
): void {
  if (task !== 'tag') return
  const width = input.kind === 'vectors' ? input.size : input.kind === 'series' ? input.columns.length : 1
  const steps = (example.input as ArrayLike<number>).length / width
  if (steps === example.target.length) return
  const other = 'column' in input ? input.column : input.columns[0]!
  throw new SluiceError('sequence-length/columns', {
    ...item.place(target.column),
    length: example.target.length,
    other,
    expected: steps,
  })
}

/** What one reading of the targets finds. */
interface Found {
  readonly count: number
  readonly classes?: Classes
  /** Class of each item; of `tag` none. */
  readonly labels?: Int32Array
  /** How often each class is there. */
  readonly counts: readonly ClassCount[]
}

async function surveyTargets(table: Table, options: LabelledOptions): Promise<Found> {
  const { task, target } = options
  const kind = targetKinds[task]
  const tally = new Map<string, { readonly place: number; count: number }>()
  const places: number[] = []
  let count = 0
  for await (const item of itemsOf(table, [target], options)) {
    count++
    if (kind === 'text') continue
    for (const label of labelsAt(item, target, kind)) {
      const seen = tally.get(label) ?? { place: tally.size, count: 0 }
      seen.count++
      tally.set(label, seen)
      if (kind === 'class') places.push(seen.place)
    }
  }
  if (count === 0) throw new SluiceError('table-file/empty', { path: table.name })
  if (kind === 'text') return { count, counts: [] }
  const classes = Classes.of(tally.keys())
  requireClasses(classes, table.name, target, count)
  const numbers = Int32Array.from(tally.keys(), (label) => classes.number(label))
  return {
    count,
    classes,
    ...(kind === 'class' && { labels: Int32Array.from(places, (place) => numbers[place]!) }),
    counts: classes.names.map((name) => ({ name, count: tally.get(name)!.count })),
  }
}

function requireClasses(classes: Classes, name: string, column: string, count: number): void {
  const { size, names } = classes
  if (size < 2) throw new SluiceError('class-few', { name, column, label: names[0]! })
  const areFew = size <= mostClasses && (size <= count / 2 || count <= fewRows)
  if (!areFew) throw new SluiceError('class-many', { name, column, classes: size, count })
}

/** More classes than these, or than half of the rows where those are more than a few, are hardly meant. */
const mostClasses = 10_000
const fewRows = 20

async function fitted(
  table: Table,
  options: LabelledOptions,
  held: Uint8Array,
  { classes }: Found,
): Promise<Sides> {
  const { task, target } = options
  const written = targetKinds[task] === 'text' ? new TextTargets(target, options.tokens) : undefined
  const columns = [...options.input, target]
  const read = { ...options, columns: options.input, isText: await holdsTexts(table, options.input[0]!) }
  let survey: ReturnType<typeof surveyFor> | undefined
  for await (const item of itemsOf(table, columns, options)) {
    if (held[item.number] === 1) continue
    survey ??= surveyFor(item, read, task === 'caption')
    if (!survey.isFull) survey.add(item)
    written?.add(item)
    if (survey.isFull && !written) break
  }
  const kind = task === 'tag' ? 'labels' : 'class'
  return {
    input: survey!.finish(),
    target:
      written?.finish(options.vocabularySize) ??
      targetReader({ kind, column: target, classes: classes!.names }),
  }
}

function factsOf(table: Table, codec: LabelledCodec, input: InputReader, parts: Parts, { by }: HeldOut) {
  const { task } = codec
  const [training, validation] = [parts.training.length, parts.validation.length]
  const ways = {
    random: task === 'classify' ? 'at random, the same share of each class' : 'at random',
    tail: 'the last ones',
    streams: 'the last ones',
    none: 'none',
  }
  return {
    task,
    file: table.name,
    rows: training + validation,
    input: inputWords(input),
    columns: input.columns,
    answer: { class: 'a class', labels: 'a class at each step', text: 'a text' }[targetKinds[task]],
    training,
    validation,
    heldOut: ways[by],
  }
}

/** What is read, in words. */
export function inputWords({ codec, input }: InputReader): string {
  const size = 'tokens' in input ? input.tokens : input.vectors
  const words = {
    text: () => `a text, ${size} tokens`,
    words: () => `a list of words, ${size} known`,
    class: () => `one of ${size} classes`,
    numbers: () => 'numbers, a step each',
    series: () => `steps of ${size} ${size === 1 ? 'number' : 'numbers'}`,
    vectors: () => `steps of ${size} numbers`,
  }
  return words[codec.kind]()
}

function classFacts(
  { counts, labels, classes }: Found,
  { training, validation }: Parts,
  task: LabelledTask,
): Pick<Facts, 'classes' | 'baseline'> {
  if (!classes) return {}
  if (!labels || validation.length === 0 || task !== 'classify') return { classes: counts }
  const tally = new Int32Array(classes.size)
  for (const index of training) tally[labels[index]!]!++
  const usual = tally.indexOf(Math.max(...tally))
  const right = validation.filter((index) => labels[index] === usual).length
  return {
    classes: counts,
    baseline: {
      what: `always ${classes.name(usual)}`,
      measure: 'accuracy',
      value: right / validation.length,
    },
  }
}
