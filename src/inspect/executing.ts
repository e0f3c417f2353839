import type { Executable, GradientRequest, Program } from '../runtime/index.ts'
import type { Runnable, RuntimeSource, Tensors, Trainable } from '../train/index.ts'
import { Session } from '../train/session.ts'
import type { Tensor } from '../interop/index.ts'

/** Longest part of a text that is read in one call. */
const longestRead = 64

/** Compiles a program of a model and gives it the model's weights. */
export async function execute(
  model: Pick<Runnable, 'parameters'>,
  program: Program,
  source: RuntimeSource,
): Promise<Executable> {
  const executable = await (await source).compile(program)
  for (const { name } of program.graph.parameters)
    executable.writeParameter(name, model.parameters.get(name)!.data)
  return executable
}

/** A request for gradients of inputs alone: no parameter is trained. */
export function onlyInputs(
  { graph }: Pick<Program, 'graph'>,
  of: readonly string[],
  inputs: readonly string[],
): GradientRequest {
  return { of, inputs, slots: 0, frozen: graph.parameters.map(({ name }) => name) }
}

/** The states of a model after each of some numbers of symbols, which rise. */
export async function statesAfter(
  model: Trainable,
  tokens: Int32Array,
  counts: readonly number[],
  runtime: RuntimeSource,
): Promise<readonly Tensors[]> {
  const steps = Math.min(longestRead, tokens.length)
  const session = await Session.open(model, runtime, { rows: 1, steps, training: false })
  const found: Tensors[] = []
  try {
    let at = 0
    for (const count of counts) {
      for (; at < count; at += Math.min(steps, count - at)) {
        const own = tokens.subarray(at, Math.min(at + steps, count))
        await session.run(
          { steps: own.length, inputs: { tokens: own } },
          { mode: 'forward', training: false },
        )
      }
      found.push(new Map([...session.states()].map(([name, state]) => [name, copied(state)])))
    }
    return found
  } finally {
    session.dispose()
  }
}

function copied({ shape, data }: Tensor): Tensor {
  return { shape, data: data.slice() }
}

/** Writes what the rows of a program start from: what `statesAfter` found, one for each row. */
export function startFrom(executable: Executable, { graph }: Program, rows: readonly Tensors[]): void {
  for (const { name, node } of graph.inputs) {
    const { extent, shape } = graph.nodes[node]!.type
    if (extent !== 'row') continue
    const size = shape[0] ?? 1
    const data = new Float32Array(rows.length * size)
    rows.forEach((states, row) => data.set(states.get(name)?.data ?? [], row * size))
    executable.write(name, data)
  }
}

/** Tokens of several rows from their own places on, `[steps][rows]`. */
export function rowsOf(tokens: Int32Array, starts: readonly number[], steps: number): Int32Array {
  return Int32Array.from(
    { length: steps * starts.length },
    (_unused, i) => tokens[starts[i % starts.length]! + Math.floor(i / starts.length)]!,
  )
}
