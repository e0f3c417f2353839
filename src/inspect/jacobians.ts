import { SluiceError } from '../core/errors.ts'
import { knownKeys, wholeNumber } from '../data/index.ts'
import type { Executable, Program } from '../runtime/index.ts'
import type { RuntimeSource, Tensors, Trainable } from '../train/index.ts'
import { type InspectedText, layersOf, tokensOf } from './adapt.ts'
import { execute, onlyInputs, startFrom, statesAfter } from './executing.ts'
import { type LayerName, findLayer } from './find.ts'
import { nudgeOf, withNudges } from './nudges.ts'
import type { NamedScan } from './scans.ts'
import { largestStretch } from './stretch.ts'
import { onlyOutputs } from './window-change.ts'

/** Which steps' derivatives are taken. */
export interface JacobianOptions {
  readonly runtime: RuntimeSource
  /** By number or name; 0 unless given. */
  readonly layer?: LayerName
  /** Symbols of the text that are read before the last of the states; all unless given. */
  readonly at?: number
  /** Steps back from there, 50 unless given, fewer where the text is short. */
  readonly steps?: number
}

/** How much of a layer's whole state s (all its states as one vector) gets from step to step. Norms are largest stretches. */
export interface Jacobians {
  readonly layer: string
  readonly states: readonly { readonly name: string; readonly size: number }[]
  /** Number of the first symbol, which takes the first state to the second. */
  readonly start: number
  /** Entry j: norm of the derivative of the state after symbol `start + j` with respect to the state before it. */
  readonly factors: Float64Array
  /** Entry k: norm of the derivative of the last state with respect to the one k + 1 steps before it: of a running product. */
  readonly products: Float64Array
}

const known = ['runtime', 'layer', 'at', 'steps']

/** Entries of all derivatives of one call together. */
const mostNumbers = 2 ** 27

/**
 * What backpropagation through time multiplies: the derivative of a layer's state with respect to that of the step
 * before, at each step of a text, and their running product (Bengio, Simard and Frasconi 1994), for any cell.
 * @throws SluiceError `inspect-layer`, `inspect-size`, `text-empty` or `unknown-character`
 */
export async function jacobians(
  model: Trainable,
  text: InspectedText,
  options: JacobianOptions,
): Promise<Jacobians> {
  knownKeys('jacobians', options, known)
  const tokens = tokensOf(model, text)
  const at = wholeNumber('at', options.at ?? tokens.length, 1, tokens.length)
  const steps = Math.min(wholeNumber('steps', options.steps ?? 50, 1), at)
  const layer = findLayer(layersOf(model), options.layer ?? 0)
  const states = layer.step.states.map(({ name, next }) => ({
    name,
    size: layer.step.nodes[next]!.type.shape[0]!,
  }))
  const units = states.reduce((sum, { size }) => sum + size, 0)
  const start = at - steps
  if (units === 0)
    return {
      layer: layer.name,
      states,
      start,
      factors: new Float64Array(steps),
      products: new Float64Array(steps),
    }
  requireRoom(units, steps)
  const counts = Array.from({ length: steps }, (_unused, j) => start + j)
  const before = await statesAfter(model, tokens, counts, options.runtime)
  const program = jacobianProgram(model, layer, units, steps)
  const executable = await execute(model, program, options.runtime)
  try {
    const chain = new Chain(executable, program, layer, states)
    const products = (await chain.from(before[0]!, tokens.subarray(start, at))).toReversed()
    const factors: number[] = []
    for (let j = 0; j < steps; j++)
      factors.push(...(await chain.from(before[j]!, tokens.subarray(start + j, start + j + 1))))
    return {
      layer: layer.name,
      states,
      start,
      factors: Float64Array.from(factors),
      products: Float64Array.from(products),
    }
  } finally {
    executable.dispose()
  }
}

function requireRoom(units: number, steps: number): void {
  const count = units * units * steps
  if (count <= mostNumbers) return
  const most = Math.max(1, Math.floor(mostNumbers / (units * units)))
  throw new SluiceError('inspect-size/jacobian', { units, steps, count, most })
}

/** A row for each entry of the state after the last step; each has the gradient of that entry. */
function jacobianProgram(model: Trainable, layer: NamedScan, rows: number, steps: number): Program {
  const plain = model.program({ rows, steps, training: false })
  const graph = withNudges(plain.graph, [layer], 'previous')
  const own = new Set(layer.step.states.map(({ name }) => `${layer.name}.${name}`))
  const finals = plain.states.filter(({ initial }) => own.has(initial)).map(({ final }) => final)
  const window = onlyOutputs({ graph, states: plain.states }, (name) => finals.includes(name))
  const inputs = layer.step.states.map(({ name }) => nudgeOf(layer, name, 'previous'))
  return { ...window, rows, steps, gradient: onlyInputs(window, finals, inputs) }
}

/** The derivatives of a layer's last state with respect to the states before each of some symbols. */
class Chain {
  readonly #executable: Executable
  readonly #program: Program
  readonly #layer: NamedScan
  readonly #states: Jacobians['states']

  constructor(executable: Executable, program: Program, layer: NamedScan, states: Jacobians['states']) {
    this.#executable = executable
    this.#program = program
    this.#layer = layer
    this.#states = states
  }

  /** Their norms, that of the first symbol first. */
  async from(before: Tensors, tokens: Int32Array): Promise<readonly number[]> {
    const { rows } = this.#program
    const steps = tokens.length
    startFrom(
      this.#executable,
      this.#program,
      Array.from({ length: rows }, () => before),
    )
    this.#executable.write(
      'tokens',
      Int32Array.from({ length: steps * rows }, (_unused, i) => tokens[Math.floor(i / rows)]!),
    )
    this.#seed()
    await this.#executable.run({ steps, mode: 'gradients' })
    const parts = this.#states.map(({ name, size }) => ({
      size,
      data: this.#executable.read(`d ${nudgeOf(this.#layer, name, 'previous')}`),
    }))
    return Array.from(tokens, (_token, step) => largestStretch(parts, rows, step))
  }

  /** Row i has the gradient of entry i. */
  #seed(): void {
    let first = 0
    for (const { name, size } of this.#states) {
      const seed = new Float32Array(this.#program.rows * size)
      for (let i = 0; i < size; i++) seed[(first + i) * size + i] = 1
      const final = this.#program.states.find(
        ({ initial }) => initial === `${this.#layer.name}.${name}`,
      )!.final
      this.#executable.write(`d ${final}`, seed)
      first += size
    }
  }
}
