import type { Text } from '../data/index.ts'
import { type ExampleData, type ExampleModel, exampleProvider } from './example-data.ts'
import { type TrainOptions, Training } from './training.ts'
import { textProvider } from './training-data.ts'
import type { Trainable } from './trainable.ts'

/**
 * Trains a model of the next token on a text by truncated backpropagation through time, with the state carried from window
 * to window and reset at the start of every epoch: `for await` gives one step after each update.
 */
export function train(model: Trainable, text: Text, options: TrainOptions): Training
/**
 * Trains a sequence model on examples, each read as a whole from states that begin anew; the order of every epoch follows
 * from the seed.
 */
export function train<Example>(
  model: ExampleModel<Example>,
  examples: readonly Example[] | ExampleData<Example>,
  options: TrainOptions,
): Training
export function train(
  model: Trainable | ExampleModel<unknown>,
  data: Text | readonly unknown[] | ExampleData<unknown>,
  options: TrainOptions,
): Training {
  const provider =
    'stepsOf' in model
      ? exampleProvider(model, data as ExampleData<unknown>)
      : textProvider(model, data as Text)
  return new Training(model, provider, options)
}
