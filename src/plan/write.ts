import { invariant } from '../core/errors.ts'
import { type RecordName, header, magic, records, version } from './format.ts'

/** A field of a kind of record. */
export type FieldOf<R extends RecordName> = (typeof records)[R][number]

/** A field of the header that the writer does not fill in itself. */
export type HeaderField = Exclude<(typeof header)[number], 'magic' | 'version'>

/** A run of consecutive records of one kind. */
export interface Range {
  readonly first: number
  readonly count: number
}

const names = Object.keys(records) as RecordName[]

/** Fields that are -1, none, where they are not given; all others are 0. */
const none: ReadonlySet<string> = new Set([
  'group.bias',
  'stage.program',
  'stage.lengths',
  'loop.lengths',
  'reduction.lengths',
  'copy.lengths',
  'header.slot0',
  'header.slot1',
  'header.slot2',
  'header.average',
  'header.losses',
])

/** Bits of the nearest float32, as a signed word: how a plan holds the immediates `k` and `k2`. */
export function floatBits(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0]!
}

/** Collects records and lays them out as a plan. */
export class PlanWriter {
  readonly #sections = new Map<RecordName, { words: number[]; count: number }>(
    names.map((name) => [name, { words: [], count: 0 }]),
  )

  /** Number of records of a kind so far: the index of the next. */
  count(record: RecordName): number {
    return this.#sections.get(record)!.count
  }

  /**
   * Appends a record. Fields left out are 0, or -1 where that stands for none (`none`); a `copy.a` of -1 must be given.
   * @returns its index
   */
  add<R extends RecordName>(record: R, fields: Partial<Record<FieldOf<R>, number>>): number {
    const section = this.#sections.get(record)!
    section.words.push(...encode(record, records[record], fields))
    return section.count++
  }

  /** Appends a list of words. */
  words(list: readonly number[]): Range {
    const first = this.count('word')
    for (const value of list) this.add('word', { value })
    return { first, count: list.length }
  }

  /** The whole plan. Fields left out are 0, or -1 for the optimizer's slots, the average and the losses. */
  finish(fields: Partial<Record<HeaderField, number>>): Int32Array {
    const head = encode('header', header, { ...fields, magic, version })
    const table: number[] = []
    const body: number[] = []
    const start = head.length + 2 * names.length
    for (const { words, count } of this.#sections.values()) {
      table.push(start + body.length, count)
      for (const word of words) body.push(word)
    }
    return Int32Array.from([...head, ...table, ...body])
  }
}

function encode(
  record: string,
  fields: readonly string[],
  given: Readonly<Partial<Record<string, number>>>,
): number[] {
  const unknown = Object.keys(given).find((name) => !fields.includes(name))
  invariant(unknown === undefined, `${record} has no field ${unknown}`)
  return fields.map((name) => {
    const value = given[name] ?? (none.has(`${record}.${name}`) ? -1 : 0)
    const fits = Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32
    invariant(fits, `${record}.${name} is ${value}, which is no 32-bit word`)
    return value | 0
  })
}
