import { trace, valuesOf } from 'sluice/inspect'
import { Session, type Trainable } from 'sluice/train'
import type { Guess, Look, LookSpec } from './messages.ts'
import { studioRuntime } from './runtime.ts'
import { type Workshop, readable } from './workshop.ts'

/** Next symbols that are shown. */
const shownGuesses = 6

/** Traces a text through the model of the workshop, and says what comes next after each symbol. */
export async function lookAt(workshop: Workshop, { text, edits }: LookSpec): Promise<Look> {
  const { runtime } = await studioRuntime()
  const { vocabulary } = workshop.model
  const known = readable(text, workshop.model)
  const unknown = [...text].length - [...known].length
  if (known === '') return { symbols: [], unknown, layers: [], guesses: [], loss: Number.NaN }
  const model = workshop.edited(edits)
  const { tokens, layers } = await trace(model, known, { runtime })
  const probabilities = await predictions(model, tokens, runtime)
  return {
    symbols: Array.from(tokens, (token) => vocabulary.symbol(token)),
    unknown,
    layers: layers.map((layer) => ({
      name: layer.name,
      cell: layer.cell,
      states: layer.states,
      gates: layer.gates,
      values: valuesOf(layer).map(({ name, units, data }) => ({ name, units, data })),
    })),
    guesses: probabilities.map((row) => best(row, (token) => vocabulary.symbol(token))),
    loss: lossOf(probabilities, tokens),
  }
}

type OpenRuntime = Awaited<ReturnType<typeof studioRuntime>>['runtime']

/** Probabilities of all symbols after each token, from one forward call. */
async function predictions(
  model: Trainable,
  tokens: Int32Array,
  runtime: OpenRuntime,
): Promise<readonly Float64Array[]> {
  const steps = tokens.length
  const session = await Session.open(model, runtime, { rows: 1, steps, training: false })
  try {
    await session.run({ steps, inputs: { tokens } }, { mode: 'forward', training: false })
    const logits = session.read('logits')
    const size = model.vocabulary.size
    return Array.from({ length: steps }, (_unused, step) =>
      softmax(logits.subarray(step * size, (step + 1) * size)),
    )
  } finally {
    session.dispose()
  }
}

/** Probabilities of scores. */
export function softmax(scores: ArrayLike<number>): Float64Array {
  const all = Float64Array.from(scores)
  const most = all.reduce((a, b) => Math.max(a, b), -Infinity)
  const raised = all.map((score) => Math.exp(score - most))
  const total = raised.reduce((sum, value) => sum + value, 0)
  return raised.map((value) => value / total)
}

function best(row: Float64Array, symbolOf: (token: number) => string): readonly Guess[] {
  return Array.from(row.keys())
    .sort((a, b) => row[b]! - row[a]!)
    .slice(0, shownGuesses)
    .map((token) => ({ symbol: symbolOf(token), probability: row[token]! }))
}

function lossOf(rows: readonly Float64Array[], tokens: Int32Array): number {
  const losses = rows.slice(0, -1).map((row, step) => -Math.log(row[tokens[step + 1]!]!))
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length
}
