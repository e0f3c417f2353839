import { exp } from '../core/math.ts'
import type { SequenceModel, SequenceOutput } from '../model/index.ts'

/** What a model answers to one sequence. */
export interface Prediction {
  /** Steps that are answered: 1, or all of the sequence where the model is synced. */
  readonly steps: number
  /**
   * `[steps][size]`: logits of classes, of bits, of labels and the blank behind them; or values, the levels of each side by
   * side.
   */
  readonly output: Float32Array
  /** `[steps][size]`, of classes, labels and bits. */
  readonly probabilities?: Float32Array
  /** The likeliest class of each step; of classes. */
  readonly classes?: Int32Array
}

/** A prediction from what a model gave, `[steps][size]`. */
export function answer({ outputSize, config }: SequenceModel, output: Float32Array): Prediction {
  const probabilities = probabilitiesOf(config.output, output, outputSize)
  const isClasses = 'classes' in config.output
  return {
    steps: output.length / outputSize,
    output,
    ...(probabilities && { probabilities }),
    ...(isClasses && { classes: likeliest(output, outputSize) }),
  }
}

/** Numbers of one row of `[steps][rows][size]`, of the steps `first` to `last`. */
export function rowOf(
  output: ArrayLike<number>,
  { row, rows, size, first, last }: Record<'row' | 'rows' | 'size' | 'first' | 'last', number>,
): Float32Array {
  return Float32Array.from({ length: (last - first) * size }, (_unused, i) => {
    const step = first + Math.floor(i / size)
    return output[(step * rows + row) * size + (i % size)]!
  })
}

function probabilitiesOf(kind: SequenceOutput, output: Float32Array, size: number): Float32Array | undefined {
  if ('values' in kind) return undefined
  if ('bits' in kind) return output.map((logit) => 1 / (1 + exp(-logit)))
  return softmax(output, size)
}

/** Probabilities from logits, vector by vector. */
function softmax(logits: Float32Array, size: number): Float32Array {
  const result = new Float32Array(logits.length)
  for (let first = 0; first < logits.length; first += size) {
    const vector = logits.subarray(first, first + size)
    const largest = vector.reduce((most, logit) => Math.max(most, logit), -Infinity)
    const weights = Array.from(vector, (logit) => exp(logit - largest))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    result.set(
      weights.map((weight) => weight / total),
      first,
    )
  }
  return result
}

/** The place of the largest entry of each vector, the first of equals. */
function likeliest(logits: Float32Array, size: number): Int32Array {
  return Int32Array.from({ length: logits.length / size }, (_unused, step) => {
    const vector = logits.subarray(step * size, (step + 1) * size)
    return vector.indexOf(vector.reduce((most, logit) => Math.max(most, logit), -Infinity))
  })
}
