import { knownKeys, wholeNumber } from '../data/index.ts'
import { SluiceError } from '../core/errors.ts'
import type { Executable, Program } from '../runtime/index.ts'
import type { RuntimeSource, Trainable } from '../train/index.ts'
import { type InspectedText, tokensOf } from './adapt.ts'
import { execute, onlyInputs, startFrom, statesAfter } from './executing.ts'
import { encoded, vectorsOf, withoutEncoder } from './encoded.ts'
import { dot, largest, norm } from './vectors.ts'
import { onlyOutputs } from './window-change.ts'

/** Which prediction is looked into. */
export interface SaliencyOptions {
  readonly runtime: RuntimeSource
  /** Symbols that are read before the prediction; all but one of a text of several unless given. */
  readonly at?: number
  /** The symbol whose probability is explained; unless given the one that follows, or the likeliest where none does. */
  readonly symbol?: string
  /** Symbols before the prediction that are looked at, 100 unless given; what stands before them is read all the same. */
  readonly steps?: number
}

/** What each symbol does to the probability of one prediction. */
export interface Saliency {
  /** Number of the first symbol that is looked at. */
  readonly start: number
  /** The token whose probability is explained, and the log of that probability. */
  readonly target: number
  readonly logProbability: number
  /** Norm of the derivative of the log-probability with respect to the vector that each symbol became. */
  readonly norms: Float64Array
  /** That derivative times the vector: above zero where the symbol speaks for the target. */
  readonly products: Float64Array
}

const known = ['runtime', 'at', 'symbol', 'steps']

/**
 * The saliency of each symbol for a prediction (Simonyan, Vedaldi and Zisserman 2014; Li et al. 2016): the derivative of the
 * log-probability of a symbol with respect to each input vector, one-hot or embedded: its norm, and its product with the
 * vector.
 * @throws SluiceError `option-value`, `inspect-size`, `text-empty` or `unknown-character`
 */
export async function saliency(
  model: Trainable,
  text: InspectedText,
  options: SaliencyOptions,
): Promise<Saliency> {
  knownKeys('saliency', options, known)
  const tokens = tokensOf(model, text)
  const { runtime } = options
  const at = wholeNumber('at', options.at ?? Math.max(1, tokens.length - 1), 1, tokens.length)
  const steps = Math.min(wholeNumber('steps', options.steps ?? 100, 1), at)
  const start = at - steps
  const [before] = await statesAfter(model, tokens, [start], runtime)
  const program = saliencyProgram(model, steps)
  const executable = await execute(model, program, runtime)
  try {
    const given = vectorsOf(model, tokens.subarray(start, at))
    startFrom(executable, program, [before!])
    executable.write(encoded, given)
    const target = await targetOf(model, executable, options.symbol, tokens[at], steps)
    executable.write('targets', new Int32Array(steps).fill(-1).fill(target, steps - 1))
    const { loss } = await executable.run({ steps, mode: 'gradients' })
    const gradient = executable.read(`d ${encoded}`).map((x) => -x)
    const size = given.length / steps
    const each = (score: (from: number) => number): Float64Array =>
      Float64Array.from({ length: steps }, (_unused, step) => score(step * size))
    return {
      start,
      target,
      logProbability: -loss,
      norms: each((from) => norm(gradient, from, size)),
      products: each((from) => dot(gradient, given, from, size)),
    }
  } finally {
    executable.dispose()
  }
}

async function targetOf(
  { vocabulary }: Trainable,
  executable: Executable,
  symbol: string | undefined,
  next: number | undefined,
  steps: number,
): Promise<number> {
  if (symbol !== undefined) {
    const [token, ...more] = vocabulary.encode(symbol, 'the symbol to explain')
    if (token !== undefined && more.length === 0) return token
    throw new SluiceError('inspect-size/symbol', { count: more.length + Number(token !== undefined) })
  }
  if (next !== undefined) return next
  await executable.run({ steps, mode: 'forward' })
  return largest(executable.read('logits').subarray((steps - 1) * vocabulary.size))
}

/** The model's program without its encoder, whose vectors are an input, with the gradient of that. */
function saliencyProgram(model: Trainable, steps: number): Program {
  const plain = model.program({ rows: 1, steps, training: false })
  const graph = withoutEncoder(plain.graph)
  const window = onlyOutputs({ graph, states: plain.states }, (name) => name === 'loss' || name === 'logits')
  return { ...window, rows: 1, steps, gradient: onlyInputs(window, ['loss'], [encoded]) }
}
