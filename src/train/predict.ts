import { SluiceError } from '../core/errors.ts'
import { bucketByLength, knownKeys, wholeNumber } from '../data/index.ts'
import { type Numbers, type SequenceModel, type WindowUse, answerOutput, writes } from '../model/index.ts'
import { type Prediction, answer, rowOf } from './answers.ts'
import { Session } from './session.ts'
import type { ProgramOptions, Runnable, RuntimeSource } from './trainable.ts'

/** How questions are answered. */
export interface PredictOptions {
  readonly runtime: RuntimeSource
  /** Sequences read at once; 50 unless given. */
  readonly batch?: number
}

/**
 * Answers sequences of any length, in their order, with the current weights of a model.
 *
 *     const [first] = await predict(net, [[3, 1, 4], [1, 5]], { runtime })
 *     first.classes[0]
 *
 * @throws SluiceError `example-shape` or `example-value` with the number of the sequence, `model-shape` for a model that writes,
 * `option-value` or `option-unknown`
 */
export async function predict(
  model: SequenceModel,
  inputs: readonly Numbers[],
  options: PredictOptions,
): Promise<readonly Prediction[]> {
  knownKeys('predict', options, ['runtime', 'batch'])
  const { shape } = model.config
  if (writes(model.config)) throw new SluiceError('model-shape/predict', { shape })
  const { runtime, batch = 50 } = options
  wholeNumber('batch', batch, 1)
  if (inputs.length === 0) return []
  const lengths = inputs.map((input, number) => model.layout.stepsRead({ input }, number))
  const { batches } = bucketByLength(lengths, { batch })
  const rows = Math.min(batch, inputs.length)
  const size = { rows, steps: batches[0]!.steps, training: false }
  const session = await Session.open(usedFor(model, 'answer'), runtime, size)
  const answers: Prediction[] = Array(inputs.length)
  try {
    for (const { sequences } of batches) {
      const questions = sequences.map((number) => ({ input: inputs[number]! }))
      await session.run(model.layout.questions(questions, rows), { mode: 'forward', training: false })
      const output = session.read(answerOutput)
      sequences.forEach((number, row) => {
        const last = lengths[number]!
        const first = shape === 'synced' ? 0 : last - 1
        answers[number] = answer(model, rowOf(output, { row, rows, size: model.outputSize, first, last }))
      })
    }
    return answers
  } finally {
    session.dispose()
  }
}

/**
 * A model, or the part of it, whose programs are for something else than its loss.
 * @param places of the memory of a decoder that goes on
 */
export function usedFor(model: SequenceModel, use: WindowUse, places?: number): Runnable {
  const more = { use, ...(places !== undefined && { places }) }
  const program = (options: ProgramOptions) => model.program({ ...options, ...more })
  const { graph } = program({ rows: 1, steps: 1, training: false })
  const parameters = graph.parameters.map(({ name }) => [name, model.parameters.get(name)!] as const)
  return { config: model.config, parameters: new Map(parameters), program }
}
