import { SluiceError } from '../core/errors.ts'
import type { Batch } from '../data/index.ts'
import { sourceLengths } from './encoder-decoder.ts'
import { bridgedInput } from './handover.ts'
import { targetSize } from './head.ts'
import {
  type Example,
  type Laid,
  type Question,
  inputSize,
  layExample,
  layInput,
  none,
} from './lay-example.ts'
import type { Numbers } from './numbers.ts'
import { type SequenceConfig, writes } from './sequence-config.ts'
import { type Row, integers, vectors } from './side-by-side.ts'

/** How many rows and steps a batch has. */
interface Extent {
  readonly rows: number
  readonly steps: number
}

/** Puts examples into the inputs of a sequence model's programs. */
export class ExampleLayout {
  readonly #config: SequenceConfig
  readonly #hasBridges: boolean

  /** @param hasBridges whether an encoder hands states over through dense layers */
  constructor(config: SequenceConfig, hasBridges = false) {
    this.#config = config
    this.#hasBridges = hasBridges
  }

  /**
   * Steps that a program takes for an example, all of which is checked.
   * @param number of the example, from 0, for errors
   * @throws SluiceError `example-shape` or `example-value`
   */
  stepsOf(example: Example, number: number): number {
    return layExample(this.#config, example, number).steps
  }

  /** Steps of what is read alone. @throws SluiceError as `stepsOf` */
  stepsRead({ input }: Question, number: number): number {
    return layInput(this.#config, input, number).length / inputSize(this.#config)
  }

  /**
   * Examples side by side, with their targets; rows without an example have length 0.
   * @param longest steps of the program
   */
  batch(examples: readonly Example[], rows: number, longest: number): Batch {
    const laid = examples.map((example, index) => layExample(this.#config, example, index))
    const read = this.#read(laid, rows)
    const targets = this.#targets(laid, { rows, steps: read.steps }, longest)
    const scale = 'ctc' in this.#config.output ? { scale: rows / laid.length } : {}
    return {
      steps: read.steps,
      inputs: { ...read.inputs, ...targets },
      predictions: this.#weight(laid),
      ...scale,
    }
  }

  /** What is read, side by side, without targets. */
  questions(questions: readonly Question[], rows: number): Batch {
    const laid = questions.map(({ input }, index) => this.#unanswered(input, index))
    return { ...this.#read(laid, rows), predictions: 0 }
  }

  /** What an encoder reads, side by side. */
  sources(inputs: readonly Numbers[], rows: number): Batch {
    const laid = inputs.map((input, index) => this.#unanswered(input, index))
    const steps = Math.max(1, ...laid.map(({ read }) => read))
    const encoded = this.#encoded(
      laid.map(({ input }) => ({ numbers: input })),
      { rows, steps },
    )
    return { steps, inputs: { ...encoded, ...this.#sourceLengths(eachRow(laid, rows)) }, predictions: 0 }
  }

  #unanswered(given: Numbers, index: number): Laid {
    const input = layInput(this.#config, given, index)
    const read = input.length / inputSize(this.#config)
    return { steps: read, read, answered: read, input, target: [], mask: undefined }
  }

  /**
   * One step of what is written, a row each: what each row is written from, and the token before.
   * @param isFirst whether nothing was written yet
   */
  next(conditions: readonly Numbers[], previous: ArrayLike<number>, isFirst: boolean): Batch {
    if (this.#isPair) return { steps: 1, inputs: { previous }, predictions: 0 }
    const isRead = isFirst || this.#config.condition !== 'first-step'
    const read = conditions.map((condition, row) => ({
      numbers: isRead ? layInput(this.#config, condition, row) : [],
    }))
    const inputs = { ...this.#encoded(read, { rows: conditions.length, steps: 1 }), previous }
    return { steps: 1, inputs, predictions: 0 }
  }

  /** One step of what is read, a row each. @throws SluiceError as `stepsOf` */
  step(inputs: readonly Numbers[]): Batch {
    const extent = { rows: inputs.length, steps: 1 }
    const read = inputs.map((given, row) => ({ numbers: layInput(this.#config, given, row) }))
    const more = read.findIndex(({ numbers }) => numbers.length !== inputSize(this.#config))
    if (more >= 0) throw new SluiceError('example-shape/step', { example: more })
    return { steps: 1, inputs: this.#encoded(read, extent), predictions: 0 }
  }

  get #writes(): boolean {
    return writes(this.#config)
  }

  /** Whether what is read and what is written have lengths of their own. */
  get #isPair(): boolean {
    return this.#config.shape === 'many-to-many'
  }

  #read(laid: readonly Laid[], rows: number): Omit<Batch, 'predictions'> {
    const each = eachRow(laid, rows)
    const extent = { rows, steps: Math.max(1, ...laid.map(({ steps }) => steps)) }
    const isBeside = this.#writes && !this.#isPair
    const read = laid.map((row) => ({ numbers: isBeside ? this.#beside(row) : row.input }))
    const inputs = {
      ...this.#encoded(read, extent),
      ...(this.#writes && { previous: this.#shifted(laid, extent) }),
      ...(this.#isPair && this.#sourceLengths(each)),
      lengths: each(({ answered }) => answered),
    }
    return { steps: extent.steps, inputs }
  }

  #sourceLengths(each: PerRow): Batch['inputs'] {
    return {
      [sourceLengths]: each(({ read }) => read),
      ...(this.#hasBridges && { [bridgedInput]: each(() => 1) }),
    }
  }

  /** What a sequence is written from, at every step or at the first. */
  #beside({ input, steps }: Laid): ArrayLike<number> {
    if (this.#config.condition === 'first-step') return input
    return Float64Array.from({ length: steps * input.length }, (_unused, i) => input[i % input.length]!)
  }

  #encoded(all: readonly Row[], extent: Extent): Batch['inputs'] {
    return 'tokens' in this.#config.input
      ? { tokens: integers(all, { ...extent, fill: none }) }
      : { x: vectors(all, { ...extent, width: inputSize(this.#config), fill: 0 }) }
  }

  /** The mark, then what was written. */
  #shifted(laid: readonly Laid[], extent: Extent): Int32Array {
    const all = laid.map(({ target }) => ({ numbers: [this.#mark, ...Array.from(target)] }))
    return integers(all, { ...extent, fill: none })
  }

  /** The class that stands before and behind what is written. */
  get #mark(): number {
    const { output } = this.#config
    return 'classes' in output ? output.classes : none
  }

  #targets(laid: readonly Laid[], extent: Extent, longest: number): Batch['inputs'] {
    const { output, shape } = this.#config
    if ('ctc' in output) return labels(laid, extent.rows, longest)
    const rowsOf = (numbers: (row: Laid) => ArrayLike<number>): readonly Row[] =>
      laid.map((row) => ({ numbers: numbers(row), from: shape === 'many-to-one' ? row.steps - 1 : 0 }))
    if ('classes' in output) {
      const end = this.#writes ? [this.#mark] : []
      const all = rowsOf(({ target }) => [...Array.from(target), ...end])
      return { targets: integers(all, { ...extent, fill: none }) }
    }
    const width = targetSize(output)
    const counted = ({ mask, target }: Laid): ArrayLike<number> => mask ?? ones(target.length / width)
    return {
      targets: vectors(
        rowsOf(({ target }) => target),
        { ...extent, width, fill: 0 },
      ),
      mask: integers(rowsOf(counted), { ...extent, fill: 0 }),
    }
  }

  /** What the mean loss of a batch is of. */
  #weight(laid: readonly Laid[]): number {
    const { output } = this.#config
    if ('ctc' in output) return laid.length
    if (!('classes' in output)) {
      const width = targetSize(output)
      return sum(laid.map(({ mask, target }) => (mask ? sum(mask) : target.length / width)))
    }
    const weightOf = (token: number): number => (token < 0 ? 0 : (output.weights?.[token] ?? 1))
    const end = this.#writes ? 1 : 0
    return sum(laid.map(({ target }) => end + sum(Array.from(target, weightOf))))
  }
}

/** Whole numbers of the rows, 0 of those without an example. */
type PerRow = (count: (row: Laid) => number) => Int32Array

const eachRow =
  (laid: readonly Laid[], rows: number): PerRow =>
  (count) =>
    Int32Array.from({ length: rows }, (_unused, row) => (laid[row] ? count(laid[row]) : 0))

const ones = (count: number): readonly number[] => Array<number>(count).fill(1)

function sum(numbers: ArrayLike<number>): number {
  return Array.from(numbers).reduce((total, each) => total + each, 0)
}

/** Labels, which have no steps: a list for each row, and how many there are. */
function labels(laid: readonly Laid[], rows: number, longest: number): Batch['inputs'] {
  const all = new Float32Array(rows * longest).fill(none)
  laid.forEach(({ target }, row) => all.set(Array.from(target), row * longest))
  const lengths = Int32Array.from({ length: rows }, (_unused, row) => laid[row]?.target.length ?? 0)
  return { labels: all, 'label lengths': lengths }
}
