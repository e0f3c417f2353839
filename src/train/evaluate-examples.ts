import { knownKeys, wholeNumber } from '../data/index.ts'
import { type Example, type SequenceModel, writes } from '../model/index.ts'
import { type Evaluation, measureLoss } from './evaluate.ts'
import { type ExampleModel, type ExampleSet, batchesOf, countOf } from './example-data.ts'
import type { Prediction } from './answers.ts'
import { predict } from './predict.ts'
import { Session } from './session.ts'
import type { RuntimeSource } from './trainable.ts'

/** How examples are evaluated. */
export interface EvaluateExamplesOptions {
  readonly runtime: RuntimeSource
  /** Examples read at once; 50 unless given. */
  readonly batch?: number
}

/** The loss of a model on examples, and what it answered. */
export interface ExampleEvaluation extends Evaluation {
  /** What the model answers, in the order of the examples; none where they are streamed, or sequences are written. */
  readonly predictions: readonly Prediction[]
}

/** The mean loss over examples. @throws SluiceError `examples-few`, or what the model says of a wrong example */
export async function exampleLoss<E>(
  model: ExampleModel<E>,
  examples: ExampleSet<E>,
  options: EvaluateExamplesOptions,
): Promise<Evaluation> {
  knownKeys('evaluate', options, ['runtime', 'batch'])
  const { runtime, batch = 50 } = options
  const rows = Math.max(1, Math.min(wholeNumber('batch', batch, 1), countOf(examples)))
  const source = batchesOf(model, examples, { batch: rows })
  const session = await Session.open(model, runtime, { rows, steps: source.steps, training: false })
  try {
    return await measureLoss(session, source)
  } finally {
    session.dispose()
    await source.close?.()
  }
}

/** The mean loss over examples, and the answers to them. */
export async function evaluateExamples(
  model: SequenceModel,
  examples: ExampleSet<Example>,
  options: EvaluateExamplesOptions,
): Promise<ExampleEvaluation> {
  const evaluation = await exampleLoss(model, examples, options)
  const answers = Array.isArray(examples) && !writes(model.config)
  const predictions = answers
    ? await predict(
        model,
        examples.map(({ input }) => input),
        options,
      )
    : []
  return { ...evaluation, predictions }
}
