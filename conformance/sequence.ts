import { CaseError } from './case-error.ts'
import type { Executable, Program, Runtime } from '../src/runtime/types.ts'
import type { Check } from './compare.ts'
import type { Network } from './network.ts'

/** Arrays by name; sequences are time-major. */
export type Values = ReadonlyMap<string, readonly number[]>

/** A case over one window: what goes into a network and what must come out. */
export interface Sequence {
  /** Its sequence is the output `output`. */
  readonly network: Network
  readonly rows: number
  readonly steps: number
  /** Inputs; an initial state that is not among them is zero. */
  readonly inputs: Values
  readonly parameters: Values
  /** What the outputs must be. */
  readonly outputs: Values
  /** The name among the outputs that is no state but the last step of `output`. */
  readonly lastStep?: string | undefined
  readonly loss?: Loss
}

/** The loss is the sum of weights × output and half the squares of some final values. */
export interface Loss {
  readonly value: number
  readonly weights: readonly number[]
  /** Names of the outputs whose squares are in the loss. */
  readonly finals: readonly string[]
  /** What the gradients of parameters and inputs must be, by their names. */
  readonly gradients: Values
}

/**
 * Runs a case forward, then, if it has a loss, once more with gradients, whose seeds are made from the first run's
 * final values. Outputs are checked both times.
 */
export async function runSequence(runtime: Runtime, sequence: Sequence): Promise<readonly Check[]> {
  const executable = await runtime.compile(programOf(sequence))
  try {
    writeAll(executable, sequence)
    await executable.run({ steps: sequence.steps, mode: 'forward' })
    const outputs = outputChecks(executable, sequence, '')
    if (!sequence.loss) return outputs
    const loss = writeSeeds(executable, sequence, sequence.loss)
    await executable.run({ steps: sequence.steps, mode: 'gradients' })
    return [
      ...outputs,
      loss,
      ...gradientChecks(executable, sequence, sequence.loss),
      ...outputChecks(executable, sequence, ' beside gradients'),
    ]
  } finally {
    executable.dispose()
  }
}

function programOf({ network, rows, steps, parameters, loss, lastStep }: Sequence): Program {
  const program = { graph: network.graph, rows, steps, states: network.states }
  if (!loss) return program
  const of = ['output', ...loss.finals.filter((name) => name !== lastStep)]
  const inputs = [...loss.gradients.keys()].filter((name) => !parameters.has(name))
  return { ...program, gradient: { of, inputs, slots: 0 } }
}

function writeAll(executable: Executable, { network, rows, inputs, parameters }: Sequence): void {
  for (const { initial, size } of network.states) executable.write(initial, new Float64Array(rows * size))
  for (const [name, data] of inputs) executable.write(name, data)
  for (const { name } of network.graph.parameters) {
    const data = parameters.get(name)
    if (!data) throw new CaseError(`The case gives no parameter ${name}.`)
    executable.writeParameter(name, data)
  }
}

/** An output of the last call by its name in the case. */
function readOutput(executable: Executable, { steps, lastStep }: Sequence, name: string): Float64Array {
  if (name !== lastStep) return Float64Array.from(executable.read(name))
  const output = Float64Array.from(executable.read('output'))
  return output.slice(output.length - output.length / steps)
}

function outputChecks(executable: Executable, sequence: Sequence, label: string): readonly Check[] {
  return Array.from(sequence.outputs, ([name, want]) => ({
    name: `${name}${label}`,
    got: readOutput(executable, sequence, name),
    want,
  }))
}

/** Writes the gradients of the outputs in the loss and gives the check of the loss itself. */
function writeSeeds(executable: Executable, sequence: Sequence, loss: Loss): Check {
  const seed = Float64Array.from(loss.weights)
  let value = readOutput(executable, sequence, 'output').reduce(
    (total, y, index) => total + y * seed[index]!,
    0,
  )
  for (const name of loss.finals) {
    const final = readOutput(executable, sequence, name)
    value += final.reduce((total, y) => total + (y * y) / 2, 0)
    if (name !== sequence.lastStep) executable.write(`d ${name}`, final)
    else final.forEach((y, index) => (seed[seed.length - final.length + index]! += y))
  }
  executable.write('d output', seed)
  return { name: 'loss', got: [value], want: [loss.value] }
}

function gradientChecks(executable: Executable, { parameters }: Sequence, loss: Loss): readonly Check[] {
  return Array.from(loss.gradients, ([name, want]) => {
    const got = parameters.has(name)
      ? executable.readParameter(name, 'gradient')
      : executable.read(`d ${name}`)
    return { name: `d ${name}`, got, want }
  })
}
