import { SluiceError } from '../core/errors.ts'
import { compareCodePoints } from './tokens/order.ts'

/** Names of classes, in the order of their code points; the number of a class is its place in that order. */
export class Classes {
  readonly names: readonly string[]
  readonly #numbers: ReadonlyMap<string, number>

  private constructor(names: readonly string[]) {
    this.names = names
    this.#numbers = new Map(names.map((name, number) => [name, number]))
  }

  /** All classes of some labels. @throws SluiceError `class-format` where there is none */
  static of(labels: Iterable<string>): Classes {
    return Classes.fromJSON([...new Set(labels)].sort(compareCodePoints))
  }

  /** Reads what `toJSON` gives: names in the order of their numbers, each once. @throws SluiceError `class-format` */
  static fromJSON(value: unknown): Classes {
    const isList = Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string')
    if (isList && new Set(value).size === value.length) return new Classes(value)
    throw new SluiceError('class-format')
  }

  /** Number of classes, at least 1. */
  get size(): number {
    return this.names.length
  }

  /**
   * The number of a class.
   * @param where where the label stands, for the error
   * @throws SluiceError `class-unknown`
   */
  number(label: string, where = 'the target'): number {
    const number = this.#numbers.get(label)
    if (number !== undefined) return number
    throw new SluiceError('class-unknown/target', { where, label, count: this.size, names: this.#few() })
  }

  #few(): string {
    const few = this.names.slice(0, 10).join(', ')
    return this.size > 10 ? `${few}, …` : few
  }

  /** The name of a class. @throws SluiceError `class-unknown` */
  name(number: number): string {
    const name = this.names[number]
    if (name !== undefined) return name
    throw new SluiceError('class-unknown/number', { number, count: this.size })
  }

  /** Numbers of labels. @param where what the labels are, for the error, which adds the row (from 1) */
  encode(labels: readonly string[], where = 'the targets'): Int32Array {
    return Int32Array.from(labels, (label, index) => this.number(label, `${where}, row ${index + 1}`))
  }

  /** Whether both have the same classes. */
  equals(other: Classes): boolean {
    return this.size === other.size && this.names.every((name, number) => name === other.names[number])
  }

  toJSON(): readonly string[] {
    return this.names
  }
}

/**
 * Refuses a class that only held-out examples have.
 * @param labels class of each example
 * @throws SluiceError `class-unknown`
 */
export function requireSeenClasses(
  classes: Classes,
  labels: ArrayLike<number>,
  { training, validation }: { readonly training: ArrayLike<number>; readonly validation: ArrayLike<number> },
): void {
  const seen = new Set(Array.from(training, (index) => labels[index]))
  for (const index of Array.from(validation)) {
    if (seen.has(labels[index])) continue
    throw new SluiceError('class-unknown/validation', { label: classes.name(labels[index]!), row: index + 1 })
  }
}
