import { exp } from '../core/math.ts'
import { SluiceError } from '../core/errors.ts'
import { bucketByLength, wholeNumber } from '../data/index.ts'
import {
  type Numbers,
  type SequenceModel,
  type SequenceOutput,
  type WindowUse,
  answerOutput,
} from '../model/index.ts'
import { Session } from './session.ts'
import type { Runnable, RuntimeSource } from './trainable.ts'

/** How questions are answered. */
export interface PredictOptions {
  readonly runtime: RuntimeSource
  /** Sequences read at once; 50 unless given. */
  readonly batch?: number
}

/** What a model answers to one sequence. */
export interface Prediction {
  /** Steps that are answered: 1, or all of the sequence where the model is synced. */
  readonly steps: number
  /** `[steps][size]`: logits of classes, of bits, of labels and the blank behind them; or values, the levels of each side by side. */
  readonly output: Float32Array
  /** `[steps][size]`, of classes, labels and bits. */
  readonly probabilities?: Float32Array
  /** The likeliest class of each step; of classes. */
  readonly classes?: Int32Array
}

/**
 * Answers sequences of any length, in their order, with the current weights of a model.
 *
 *     const [first] = await predict(net, [[3, 1, 4], [1, 5]], { runtime })
 *     first.classes[0]
 *
 * @throws SluiceError `example-shape` or `example-value` with the number of the sequence, `model-shape` for a model that writes
 */
export async function predict(
  model: SequenceModel,
  inputs: readonly Numbers[],
  { runtime, batch = 50 }: PredictOptions,
): Promise<readonly Prediction[]> {
  if (model.config.shape === 'one-to-many') throw new SluiceError('model-shape/predict')
  wholeNumber('batch', batch, 1)
  if (inputs.length === 0) return []
  const lengths = inputs.map((input, number) => model.layout.stepsRead({ input }, number))
  const { batches } = bucketByLength(lengths, { batch })
  const rows = Math.min(batch, inputs.length)
  const options = { rows, steps: batches[0]!.steps, training: false }
  const session = await Session.open(usedFor(model, 'answer'), runtime, options)
  const answers: Prediction[] = Array(inputs.length)
  try {
    for (const { sequences } of batches) {
      const questions = sequences.map((number) => ({ input: inputs[number]! }))
      await session.run(model.layout.questions(questions, rows), { mode: 'forward', training: false })
      const output = session.read(answerOutput)
      sequences.forEach((number, row) => {
        answers[number] = answer(model, taken(output, { row, rows, length: lengths[number]!, model }))
      })
    }
    return answers
  } finally {
    session.dispose()
  }
}

/** A model whose programs are for something else than its loss. */
export function usedFor(model: SequenceModel, use: WindowUse): Runnable {
  const { config, parameters } = model
  return { config, parameters, program: (options) => model.program({ ...options, use }) }
}

/** The answers of one row: at its last step, or at all. */
function taken(
  output: ArrayLike<number>,
  { row, rows, length, model }: { row: number; rows: number; length: number; model: SequenceModel },
): Float32Array {
  const size = model.outputSize
  const first = model.config.shape === 'synced' ? 0 : length - 1
  return Float32Array.from({ length: (length - first) * size }, (_unused, i) => {
    const step = first + Math.floor(i / size)
    return output[(step * rows + row) * size + (i % size)]!
  })
}

function answer({ outputSize, config }: SequenceModel, output: Float32Array): Prediction {
  const steps = output.length / outputSize
  const probabilities = probabilitiesOf(config.output, output, outputSize)
  const isClasses = 'classes' in config.output
  return {
    steps,
    output,
    ...(probabilities && { probabilities }),
    ...(isClasses && { classes: likeliest(output, outputSize) }),
  }
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
