import { SluiceError } from '../core/errors.ts'
import type { Text } from '../data/index.ts'
import type { Trainable } from './trainable.ts'

/** A model reads only texts in tokens of its own vocabulary. */
export function requireSameVocabulary(model: Trainable, text: Pick<Text, 'vocabulary' | 'name'>): void {
  if (model.vocabulary.equals(text.vocabulary)) return
  throw new SluiceError('vocabulary-differs', {
    name: text.name,
    given: text.vocabulary.size,
    known: model.vocabulary.size,
  })
}
