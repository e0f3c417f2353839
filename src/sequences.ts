import { type OnAnyRuntime, withRuntime } from './auto.ts'
import type { Text } from './data/index.ts'
import {
  type DecodeOptions,
  type Decoded,
  type WriteOptions,
  type Written,
  decode as decodeOn,
  write as writeOn,
} from './generate/index.ts'
import { decodeModel, sequenceModelFrom } from './interop/index.ts'
import type { Example, Numbers, SequenceModel } from './model/index.ts'
import {
  type EvaluateExamplesOptions,
  type EvaluateOptions,
  type Evaluation,
  type ExampleData,
  type ExampleEvaluation,
  type ExampleModel,
  type ExampleSet,
  type FollowOptions,
  type Following,
  type PredictOptions,
  type Prediction,
  type TrainOptions,
  type Trainable,
  type Training,
  evaluate as evaluateOn,
  evaluateExamples,
  follow as followOn,
  predict as predictOn,
  train as trainOn,
} from './train/index.ts'

/*
 * What `import … from 'sluice/sequences'` gives, in Node and in a browser: models of sequences of any shape. It stands apart
 * from `sluice` so that pages that only write text load less; in Node `sluice` has it too.
 */

export { type ExampleStream, type OpenExamples, streamExamples } from './data/index.ts'
export type { Attention, Candidate, DecodeOptions, Decoded, WriteOptions, Written } from './generate/index.ts'
export {
  type BitsOutput,
  type ClassesOutput,
  type Codec,
  type Conditioning,
  type CtcOutput,
  type Example,
  type Handover,
  type Numbers,
  type Pool,
  type SequenceConfig,
  type SequenceInput,
  SequenceModel,
  type SequenceOptions,
  type SequenceOutput,
  type Shape,
  type ValueLoss,
  type ValuesOutput,
  sequenceModel,
} from './model/index.ts'
export type {
  EvaluateExamplesOptions,
  ExampleData,
  ExampleEvaluation,
  ExampleModel,
  ExampleSet,
  FollowOptions,
  Following,
  PredictOptions,
  Prediction,
  ScheduledSamplingKind,
  ScheduledSamplingOptions,
} from './train/index.ts'

export type {
  InspectedSequence,
  SequenceDetectOptions,
  SequenceOracle,
  SequenceSaliency,
  SequenceSaliencyOptions,
  SequenceTrace,
  SequenceTraceOptions,
} from './inspect/all.ts'
export {
  detect,
  gradientFlow,
  intervene,
  saliency,
  saturation,
  trace,
  unitLosses,
} from './sequence-inspection.ts'

/** Trains a model of the next token on a text: `for await` gives one step after each update. */
export function train(net: Trainable, text: Text, options?: OnAnyRuntime<TrainOptions>): Training
/**
 * Trains a sequence model on examples, inputs with their targets: `for await` gives one step after each update. Leaving the
 * loop ends training. Runs on the fastest runtime here unless `runtime` says otherwise.
 */
export function train<E>(
  net: ExampleModel<E>,
  examples: readonly E[] | ExampleData<E>,
  options?: OnAnyRuntime<TrainOptions>,
): Training
export function train(
  net: Trainable | ExampleModel<unknown>,
  data: Text | readonly unknown[] | ExampleData<unknown>,
  options: OnAnyRuntime<TrainOptions> = {},
): Training {
  return trainOn(net as Trainable, data as Text, withRuntime<TrainOptions>(options))
}

/** A text as evaluation needs it. */
type EvaluatedText = Pick<Text, 'tokens' | 'vocabulary' | 'name'>

/** Measures how well a model predicts a text: loss in nats a token, bits, perplexity. */
export function evaluate(
  net: Trainable,
  text: EvaluatedText,
  options?: OnAnyRuntime<EvaluateOptions>,
): Promise<Evaluation>
/** The mean loss of a sequence model over examples, and what it answers to each. */
export function evaluate(
  net: SequenceModel,
  examples: ExampleSet<Example>,
  options?: OnAnyRuntime<EvaluateExamplesOptions>,
): Promise<ExampleEvaluation>
export function evaluate(
  net: Trainable | SequenceModel,
  data: EvaluatedText | ExampleSet<Example>,
  options: OnAnyRuntime<EvaluateOptions> = {},
): Promise<Evaluation> {
  const given = withRuntime<EvaluateOptions>(options)
  return 'stepsOf' in net
    ? evaluateExamples(net, data as ExampleSet<Example>, given)
    : evaluateOn(net, data as EvaluatedText, given)
}

/** Answers sequences of any length with a sequence model, in their order. */
export function predict(
  net: SequenceModel,
  inputs: readonly Numbers[],
  options: OnAnyRuntime<PredictOptions> = {},
): Promise<readonly Prediction[]> {
  return predictOn(net, inputs, withRuntime<PredictOptions>(options))
}

/** Follows sequences with a sequence model while they happen, one step after the other. */
export function follow(net: SequenceModel, options: OnAnyRuntime<FollowOptions> = {}): Promise<Following> {
  return followOn(net, withRuntime<FollowOptions>(options))
}

/** Writes a sequence for each condition or source, with a sequence model that writes, by its probabilities. */
export function write(
  net: SequenceModel,
  conditions: readonly Numbers[],
  options: OnAnyRuntime<WriteOptions> = {},
): Promise<readonly Written[]> {
  return writeOn(net, conditions, withRuntime<WriteOptions>(options))
}

/** Finds the likeliest sequence for each source or condition, with a sequence model that writes. */
export function decode(
  net: SequenceModel,
  inputs: readonly Numbers[],
  options: OnAnyRuntime<DecodeOptions> = {},
): Promise<readonly Decoded[]> {
  return decodeOn(net, inputs, withRuntime<DecodeOptions>(options))
}

/**
 * A sequence model from the bytes of a model file, which `encodeModel` writes and a run directory holds.
 * @param name what the bytes are, for errors
 */
export function decodeSequenceModel(bytes: Uint8Array, name?: string): SequenceModel {
  return sequenceModelFrom(decodeModel(bytes, name))
}
