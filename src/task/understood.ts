import type { SequenceOptions } from '../model/index.ts'
import type { Example } from '../model/index.ts'

/** A class and how many examples have it. */
export interface ClassCount {
  readonly name: string
  readonly count: number
}

/** What was understood of a table, as it is told before training. */
export interface Facts {
  readonly task: string
  readonly file: string
  readonly rows: number
  /** What is read, in words. */
  readonly input: string
  /** Columns that are read. */
  readonly columns: readonly string[]
  /** What is answered, in words. */
  readonly answer: string
  readonly target: string
  readonly classes?: readonly ClassCount[]
  /** Sequences, or windows of a series, that are trained on and held out. */
  readonly training: number
  readonly validation: number
  /** How the held out ones are chosen, in words. */
  readonly heldOut: string
  /** What needs no training, and how good it is on the held out part. */
  readonly baseline?: { readonly what: string; readonly measure: string; readonly value: number }
}

/** Data that a task has understood: what a model must be, and its examples. */
export interface Understood<Codec> {
  readonly codec: Codec
  readonly facts: Facts
  /** What of a sequence model follows from the data. */
  readonly model: Pick<SequenceOptions, 'shape' | 'input' | 'output'>
  /** What a prediction is called, such as `examples`. */
  readonly unit: string
  /** The examples of a part, from the first, at each call the same. */
  open(part: 'training' | 'validation'): AsyncIterable<Example> | Iterable<Example>
}
