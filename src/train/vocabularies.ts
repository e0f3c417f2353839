import { SluiceError } from '../core/errors.ts'
import type { Text } from '../data/index.ts'
import type { Trainable } from './trainable.ts'

/** A model reads only texts in tokens of its own vocabulary. */
export function requireSameVocabulary(model: Trainable, text: Pick<Text, 'vocabulary' | 'name'>): void {
  if (model.vocabulary.equals(text.vocabulary)) return
  throw new SluiceError(
    'vocabulary-differs',
    `${text.name} was read with ${text.vocabulary.size} symbols and the model knows ${model.vocabulary.size}: ` +
      'read the text with the vocabulary of the model.',
  )
}
