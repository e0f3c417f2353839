import { exp, log } from '../core/math.ts'
import { knownKeys, wholeNumber } from '../data/index.ts'
import { type SequenceModel, type SequenceOutput, answerOutput } from '../model/index.ts'
import type { Executable, Program } from '../runtime/index.ts'
import type { RuntimeSource } from '../train/index.ts'
import { encoded, vectorsOf, withoutEncoder } from './encoded.ts'
import { execute, onlyInputs } from './executing.ts'
import {
  type InspectedSequence,
  type LaidSequence,
  batchOf,
  firstAnswer,
  laidSequences,
  writeBatch,
} from './sequences.ts'
import { dot, largest, norm } from './vectors.ts'
import { onlyOutputs } from './window-change.ts'

/** Which answer of a sequence model is looked into. */
export interface SequenceSaliencyOptions {
  readonly runtime: RuntimeSource
  /** The step of the answer, from 0; the last unless given. One answer to a whole sequence stands at its last step. */
  readonly at?: number
  /** The class, bit or value that is explained; unless given the likeliest class, or the first. */
  readonly target?: number
}

/** What each step that is read does to one answer. */
export interface SequenceSaliency {
  readonly at: number
  readonly target: number
  /** What is explained: the log of the probability of the class or bit, or the value. */
  readonly value: number
  /** Norm of the derivative of that with respect to the vector of each step that is read. */
  readonly norms: Float64Array
  /** That derivative times the vector: above zero where the step speaks for the target. */
  readonly products: Float64Array
}

/** The saliency of each step for an answer; see `saliency`. */
export async function sequenceSaliency(
  model: SequenceModel,
  given: InspectedSequence,
  options: SequenceSaliencyOptions,
): Promise<SequenceSaliency> {
  knownKeys('saliency', options, ['runtime', 'at', 'target'])
  const { outputSize, config } = model
  const [laid] = await laidSequences(model, [given], options.runtime)
  const { answered, read } = laid!
  const at = wholeNumber('at', options.at ?? answered - 1, firstAnswer(model, laid!), answered - 1)
  const program = answerProgram(model, laid!.steps)
  const input = 'tokens' in config.input ? encoded : 'x'
  const executable = await execute(model, program, options.runtime)
  try {
    const vectors = inputsOf(model, executable, program, laid!)
    await executable.run({ steps: laid!.steps, mode: 'forward' })
    const answer = executable.read(answerOutput).slice(at * outputSize, (at + 1) * outputSize)
    const usual = 'classes' in config.output || 'ctc' in config.output ? largest(answer) : 0
    const target = wholeNumber('target', options.target ?? usual, 0, outputSize - 1)
    const { value, slope } = explained(config.output, answer, target)
    const seed = new Float32Array(laid!.steps * outputSize)
    seed.set(slope, at * outputSize)
    executable.write(`d ${answerOutput}`, seed)
    await executable.run({ steps: laid!.steps, mode: 'gradients' })
    const size = vectors.length / laid!.steps
    const gradient = gradientOf(model, executable.read(`d ${input}`), size)
    const each = (score: (from: number) => number): Float64Array =>
      Float64Array.from({ length: read }, (_unused, step) => score(step * size))
    return {
      at,
      target,
      value,
      norms: each((from) => norm(gradient, from, size)),
      products: each((from) => dot(gradient, vectors, from, size)),
    }
  } finally {
    executable.dispose()
  }
}

/** The program of the answer, with the gradient of what is read. */
function answerProgram(model: SequenceModel, steps: number): Program {
  const plain = model.program({ rows: 1, steps, training: false, use: 'answer' })
  const isTokens = 'tokens' in model.config.input
  const graph = isTokens ? withoutEncoder(plain.graph) : plain.graph
  const window = onlyOutputs({ graph, states: plain.states }, (name) => name === answerOutput)
  return { ...plain, ...window, gradient: onlyInputs(window, [answerOutput], [isTokens ? encoded : 'x']) }
}

/** Writes a sequence; gives the vectors of all steps, those of the padding zero. */
function inputsOf(
  model: SequenceModel,
  executable: Executable,
  program: Program,
  laid: LaidSequence,
): ArrayLike<number> {
  const batch = batchOf(model, [laid], laid.steps)
  writeBatch(executable, program, batch)
  if ('vectors' in model.config.input) return batch.inputs['x']!
  const vectors = vectorsOf(model, batch.inputs['tokens']!)
  executable.write(encoded, vectors)
  return vectors
}

/** The gradient of each step; what is read beside every step that is written counts once, with the sum. */
function gradientOf(
  { config: { shape, condition } }: SequenceModel,
  gradient: ArrayLike<number>,
  size: number,
): ArrayLike<number> {
  if (shape !== 'one-to-many' || condition === 'first-step') return gradient
  const sum = new Float64Array(size)
  for (let i = 0; i < gradient.length; i++) sum[i % size]! += gradient[i]!
  return sum
}

/** What is explained, and its derivative with respect to what a model gives at the step. */
function explained(
  output: SequenceOutput,
  answer: ArrayLike<number>,
  target: number,
): { readonly value: number; readonly slope: readonly number[] } {
  const numbers = Array.from(answer)
  const one = numbers.map((_x, place) => Number(place === target))
  if ('values' in output) return { value: numbers[target]!, slope: one }
  if ('bits' in output) {
    const level = numbers[target]!
    const against = 1 / (1 + exp(level))
    return { value: Math.min(level, 0) - log(1 + exp(-Math.abs(level))), slope: one.map((x) => x * against) }
  }
  const most = numbers.reduce((a, b) => Math.max(a, b), -Infinity)
  const weights = numbers.map((x) => exp(x - most))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return {
    value: numbers[target]! - most - log(total),
    slope: one.map((x, place) => x - weights[place]! / total),
  }
}
