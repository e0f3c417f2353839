import { SluiceError } from '../core/errors.ts'
import type { Batch } from '../data/index.ts'
import { targetSize } from './head.ts'
import { type Numbers, flat, requireNumbers } from './numbers.ts'
import type { SequenceConfig } from './sequence-config.ts'
import { type Row, integers, vectors } from './side-by-side.ts'

/** What a sequence model reads, and what it is to answer. */
export interface Example {
  /** One step, or a sequence: tokens, or vectors. */
  readonly input: Numbers
  /** One step, or a sequence: classes (-1 = left out), values, bits, or labels. */
  readonly target: Numbers
  /** Of values and bits at every step: 0 where the target is left out. */
  readonly mask?: ArrayLike<number>
}

/** An example without its target. */
export type Question = Pick<Example, 'input'>

/** An example step by step. */
interface Laid {
  readonly steps: number
  readonly input: ArrayLike<number>
  readonly target: ArrayLike<number>
  readonly mask: ArrayLike<number> | undefined
}

/** What stands where a token, a class or a label does not. */
const none = -1

/** Puts examples into the inputs of a sequence model's programs, and says what is wrong with one. */
export class ExampleLayout {
  readonly #config: SequenceConfig

  constructor(config: SequenceConfig) {
    this.#config = config
  }

  /**
   * Steps that a program takes for an example, all of which is checked.
   * @param number of the example, from 0, for errors
   * @throws SluiceError `example-shape` or `example-value`
   */
  stepsOf(example: Example, number: number): number {
    const { steps, mask } = this.#laid(example, number)
    if (mask) requireNumbers(mask, 1, { what: 'mask', example: number }, { least: 0, limit: 2 })
    return steps
  }

  /** Steps of what is read alone. @throws SluiceError as `stepsOf` */
  stepsRead(question: Question, number: number): number {
    return this.#input(question.input, number).length / this.#width
  }

  /**
   * Examples side by side, with their targets; rows without an example have length 0.
   * @param longest steps of the program
   */
  batch(examples: readonly Example[], rows: number, longest: number): Batch {
    const laid = examples.map((example, index) => this.#laid(example, index))
    const { steps, inputs } = this.#read(laid, rows)
    const targets = this.#targets(laid, rows, steps, longest)
    return { steps, inputs: { ...inputs, ...targets }, predictions: this.#weight(laid) }
  }

  /** What is read, side by side, without targets. */
  questions(questions: readonly Question[], rows: number): Batch {
    const laid = questions.map(({ input }, index): Laid => {
      const read = this.#input(input, index)
      return { steps: read.length / this.#width, input: read, target: [], mask: undefined }
    })
    return { ...this.#read(laid, rows), predictions: 0 }
  }

  /**
   * One step of what is written, a row each: what each row is written from, and the token before.
   * @param isFirst whether nothing was written yet
   */
  next(conditions: readonly Numbers[], previous: ArrayLike<number>, isFirst: boolean): Batch {
    const rows = conditions.length
    const isRead = isFirst || this.#config.condition !== 'first-step'
    const read = conditions.map((condition, row) => ({ numbers: isRead ? this.#input(condition, row) : [] }))
    const inputs = { ...this.#encoded(read, rows, 1), previous }
    return { steps: 1, inputs, predictions: 0 }
  }

  get #width(): number {
    const { input } = this.#config
    return 'vectors' in input ? input.vectors : 1
  }

  get #writes(): boolean {
    return this.#config.shape === 'one-to-many'
  }

  #laid({ input: given, target: wanted, mask }: Example, example: number): Laid {
    const input = this.#input(given, example)
    const target = this.#target(wanted, example)
    const width = targetSize(this.#config.output)
    const [read, answered] = [input.length / this.#width, target.length / width]
    const steps = this.#writes ? answered + 1 : read
    const isCtc = 'ctc' in this.#config.output
    const expected = this.#writes || isCtc ? answered : this.#config.shape === 'synced' ? read : 1
    if (answered !== expected)
      throw new SluiceError('example-shape/target', { example, expected, given: answered })
    if (mask && mask.length !== answered)
      throw new SluiceError('example-shape/mask', { example, expected: answered, given: mask.length })
    this.#requireLength(steps, example)
    return { steps, input, target, mask }
  }

  #input(given: Numbers, example: number): ArrayLike<number> {
    const { input, shape } = this.#config
    const place = { what: 'input', example } as const
    const numbers = flat(given, this.#width, place)
    const steps = numbers.length / this.#width
    if (steps === 0) throw new SluiceError('example-shape/empty', { example })
    if (shape.startsWith('one') && steps !== 1)
      throw new SluiceError('example-shape/one', { example, shape, steps })
    this.#requireLength(steps, example)
    requireNumbers(
      numbers,
      this.#width,
      place,
      'tokens' in input ? { least: 0, limit: input.tokens } : undefined,
    )
    return numbers
  }

  #target(given: Numbers, example: number): ArrayLike<number> {
    const { output } = this.#config
    const place = { what: 'target', example } as const
    const width = targetSize(output)
    const numbers = flat(given, width, place)
    if ('values' in output) requireNumbers(numbers, width, place)
    else if ('bits' in output) requireNumbers(numbers, width, place, { least: 0, limit: 2 })
    else if ('ctc' in output) requireNumbers(numbers, width, place, { least: 0, limit: output.ctc })
    else requireNumbers(numbers, width, place, { least: this.#writes ? 0 : none, limit: output.classes })
    return numbers
  }

  #requireLength(steps: number, example: number): void {
    const { longest = Infinity } = this.#config
    if (steps > longest) throw new SluiceError('example-shape/longest', { example, steps, longest })
  }

  #read(laid: readonly Laid[], rows: number): Omit<Batch, 'predictions'> {
    const lengths = Int32Array.from({ length: rows }, (_unused, row) => laid[row]?.steps ?? 0)
    const steps = Math.max(1, ...lengths)
    const read = laid.map((row) => ({ numbers: this.#writes ? this.#beside(row) : row.input }))
    const previous = this.#writes && { previous: this.#shifted(laid, rows, steps) }
    return { steps, inputs: { ...this.#encoded(read, rows, steps), ...previous, lengths } }
  }

  /** What a sequence is written from, at every step or at the first. */
  #beside({ input, steps }: Laid): ArrayLike<number> {
    if (this.#config.condition === 'first-step') return input
    return Float64Array.from({ length: steps * input.length }, (_unused, i) => input[i % input.length]!)
  }

  #encoded(all: readonly Row[], rows: number, steps: number): Batch['inputs'] {
    const isTokens = 'tokens' in this.#config.input
    return isTokens
      ? { tokens: integers(all, { rows, steps, fill: none }) }
      : { x: vectors(all, { rows, steps, width: this.#width, fill: 0 }) }
  }

  /** The mark, then what was written. */
  #shifted(laid: readonly Laid[], rows: number, steps: number): Int32Array {
    const all = laid.map(({ target }) => ({ numbers: [this.#mark, ...Array.from(target)] }))
    return integers(all, { rows, steps, fill: none })
  }

  /** The class that stands before and behind what is written. */
  get #mark(): number {
    const { output } = this.#config
    return 'classes' in output ? output.classes : none
  }

  #targets(laid: readonly Laid[], rows: number, steps: number, longest: number): Batch['inputs'] {
    const { output, shape } = this.#config
    const width = targetSize(output)
    if ('ctc' in output) {
      const labels = new Float32Array(rows * longest).fill(none)
      laid.forEach(({ target }, row) => labels.set(Array.from(target), row * longest))
      const lengths = Int32Array.from({ length: rows }, (_unused, row) => laid[row]?.target.length ?? 0)
      return { labels, 'label lengths': lengths }
    }
    const from = (row: Laid): number => (shape === 'many-to-one' ? row.steps - 1 : 0)
    const rowsOf = (numbers: (row: Laid) => ArrayLike<number>): readonly Row[] =>
      laid.map((row) => ({ numbers: numbers(row), from: from(row) }))
    if ('classes' in output) {
      const all = rowsOf(({ target }) => (this.#writes ? [...Array.from(target), this.#mark] : target))
      return { targets: integers(all, { rows, steps, fill: none }) }
    }
    const counted = ({ mask, target }: Laid): ArrayLike<number> =>
      mask ?? Array(target.length / width).fill(1)
    return {
      targets: vectors(
        rowsOf(({ target }) => target),
        { rows, steps, width, fill: 0 },
      ),
      mask: integers(rowsOf(counted), { rows, steps, fill: 0 }),
    }
  }

  /** What the mean loss of a batch is of. */
  #weight(laid: readonly Laid[]): number {
    const { output } = this.#config
    const sum = (of: (row: Laid) => number): number => laid.reduce((total, row) => total + of(row), 0)
    if ('ctc' in output) return laid.length
    if (!('classes' in output))
      return sum(({ mask, target }) =>
        mask ? Array.from(mask).filter(Boolean).length : target.length / targetSize(output),
      )
    const { weights } = output
    const weigh = (token: number): number => (token < 0 ? 0 : (weights?.[token] ?? 1))
    const end = this.#writes ? 1 : 0
    return sum(({ target }) => end + Array.from(target).reduce((total, token) => total + weigh(token), 0))
  }
}
