import type { Text } from './data/index.ts'
import {
  type SampleOptions,
  type Sampling,
  type WriteOptions,
  type Written,
  sample as sampleOn,
  write as writeOn,
} from './generate/index.ts'
import type { Example, Numbers, SequenceModel } from './model/index.ts'
import type { Machine } from './runtime/index.ts'
import { type RuntimeName, openRuntime } from './runtime/open.ts'
import {
  type EvaluateExamplesOptions,
  type EvaluateOptions,
  type Evaluation,
  type ExampleData,
  type ExampleEvaluation,
  type ExampleModel,
  type ExampleSet,
  type PredictOptions,
  type Prediction,
  type RuntimeSource,
  type TrainOptions,
  type Trainable,
  type Training,
  evaluate as evaluateOn,
  evaluateExamples as evaluateExamplesOn,
  predict as predictOn,
  train as trainOn,
} from './train/index.ts'

/** Options whose runtime may be left out (the fastest that works here) or named. */
export type OnAnyRuntime<Options extends { readonly runtime: RuntimeSource }> = Omit<Options, 'runtime'> & {
  readonly runtime?: RuntimeName | RuntimeSource | undefined
}

const opened = new Map<RuntimeName, RuntimeSource>()

/** The runtime itself, or the one of a name, which is opened once for all calls. */
function runtimeOf(wanted: RuntimeName | RuntimeSource = 'auto'): RuntimeSource {
  if (typeof wanted !== 'string') return wanted
  const known = opened.get(wanted)
  if (known) return known
  const opening = openRuntime(wanted, { onFallback: warn })
  opened.set(wanted, opening)
  opening.catch(() => opened.delete(wanted)) // whoever awaits it is told; the next call tries again
  return opening
}

/** Says when training will be slow. */
function warn(from: Machine['runtime'], reason: string): void {
  if (from === 'wasm') console.warn(`sluice: the slow reference runtime is used. ${reason}`)
}

function withRuntime<Options extends { readonly runtime: RuntimeSource }>(
  options: OnAnyRuntime<Options>,
): Options {
  return { ...options, runtime: runtimeOf(options.runtime) } as unknown as Options
}

/**
 * Trains a model on a text by truncated backpropagation through time: `for await` gives one step after each update.
 * Leaving the loop ends training. Runs on the fastest runtime here unless `runtime` says otherwise.
 */
export function train(net: Trainable, text: Text, options?: OnAnyRuntime<TrainOptions>): Training
/** Trains a sequence model on examples: inputs with their targets. */
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

/** Writes text with a model: `for await` gives one character after the other. */
export function sample(net: Trainable, options: OnAnyRuntime<SampleOptions> = {}): Sampling {
  return sampleOn(net, withRuntime<SampleOptions>(options))
}

/** Answers sequences of any length with a sequence model, in their order. */
export function predict(
  net: SequenceModel,
  inputs: readonly Numbers[],
  options: OnAnyRuntime<PredictOptions> = {},
): Promise<readonly Prediction[]> {
  return predictOn(net, inputs, withRuntime<PredictOptions>(options))
}

/** Writes a sequence for each condition, with a sequence model that is one-to-many. */
export function write(
  net: SequenceModel,
  conditions: readonly Numbers[],
  options: OnAnyRuntime<WriteOptions> = {},
): Promise<readonly Written[]> {
  return writeOn(net, conditions, withRuntime<WriteOptions>(options))
}

/** A text as evaluation needs it. */
type EvaluatedText = Pick<Text, 'tokens' | 'vocabulary' | 'name'>

/** Measures how well a model predicts a text: loss in nats a character, bits, perplexity. */
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
    ? evaluateExamplesOn(net, data as ExampleSet<Example>, given)
    : evaluateOn(net, data as EvaluatedText, given)
}
