import type { Text } from '../data/index.ts'
import { type TrainOptions, Training } from './training.ts'
import { textProvider } from './training-data.ts'
import type { Trainable } from './trainable.ts'

/**
 * Trains a model on a text by truncated backpropagation through time, with the state carried from window to window and
 * reset at the start of every epoch: `for await` gives one step after each update.
 */
export function train(model: Trainable, text: Text, options: TrainOptions): Training {
  return new Training(model, textProvider(model, text), options)
}
