import type { Text } from './data/index.ts'
import { type SampleOptions, type Sampling, sample as sampleOn } from './generate/sample.ts'
import type { Machine } from './runtime/index.ts'
import { type RuntimeName, openRuntime } from './runtime/open.ts'
import type { EvaluateOptions, Evaluation, RuntimeSource, TrainOptions, Trainable } from './train/index.ts'
// Not from the index, through which a page would load at once what these load when they are used.
import { textProvider } from './train/training-data.ts'
import { Training } from './train/training.ts'

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

/** Options with a runtime that is open or opening. */
export function withRuntime<Options extends { readonly runtime: RuntimeSource }>(
  options: OnAnyRuntime<Options>,
): Options {
  return { ...options, runtime: runtimeOf(options.runtime) } as unknown as Options
}

/**
 * Trains a model on a text by truncated backpropagation through time: `for await` gives one step after each update.
 * Leaving the loop ends training. Runs on the fastest runtime here unless `runtime` says otherwise.
 */
export function train(net: Trainable, text: Text, options: OnAnyRuntime<TrainOptions> = {}): Training {
  return new Training(net, textProvider(net, text), withRuntime<TrainOptions>(options))
}

/** Writes text with a model: `for await` gives one character after the other. */
export function sample(net: Trainable, options: OnAnyRuntime<SampleOptions> = {}): Sampling {
  return sampleOn(net, withRuntime<SampleOptions>(options))
}

/** Measures how well a model predicts a text: loss in nats a character, bits, perplexity. */
export async function evaluate(
  net: Trainable,
  text: Pick<Text, 'tokens' | 'vocabulary' | 'name'>,
  options: OnAnyRuntime<EvaluateOptions> = {},
): Promise<Evaluation> {
  const { evaluate: evaluateOn } = await import('./train/evaluate.ts')
  return evaluateOn(net, text, withRuntime<EvaluateOptions>(options))
}
