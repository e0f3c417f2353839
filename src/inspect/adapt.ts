import { lazy } from '../core/lazy.ts'
import type { Text } from '../data/index.ts'
import { textFrom } from '../data/index.ts'
import type { Program } from '../runtime/index.ts'
import type { Runnable, Trainable, Weights } from '../train/index.ts'
import { requireSameVocabulary } from '../train/vocabularies.ts'
import { type NamedScan, scansOf } from './scans.ts'

/** A text to look at: a string, or one that was read in the symbols of the model. */
export type InspectedText = string | Pick<Text, 'tokens' | 'vocabulary' | 'name'>

/** Tokens of a text. @throws SluiceError `text-empty`, `unknown-character`, `text-surrogate` or `vocabulary-differs` */
export function tokensOf(model: Trainable, text: InspectedText): Int32Array {
  if (typeof text === 'string') return textFrom(text, { vocabulary: model.vocabulary }).tokens
  requireSameVocabulary(model, text)
  return text.tokens
}

/** The cells of a model of any kind by name, from the input up. */
export function layersOf(model: Pick<Runnable, 'program'>): readonly NamedScan[] {
  return scansOf(model.program({ rows: 1, steps: 1, training: false }).graph)
}

/**
 * A model whose programs are changed: the same vocabulary, and of its weights those that the programs still have, beside
 * others of their own.
 */
export function adapted(
  model: Trainable,
  change: (program: Program) => Program,
  own: ReadonlyMap<string, Weights> = new Map(),
): Trainable {
  const program: Trainable['program'] = (options) => change(model.program(options))
  const parameters = lazy(() => {
    const { graph } = program({ rows: 1, steps: 1, training: false })
    const all = new Map([...model.parameters, ...own])
    return new Map(graph.parameters.map(({ name }) => [name, all.get(name)!] as const))
  })
  return {
    vocabulary: model.vocabulary,
    config: model.config,
    program,
    get parameters() {
      return parameters()
    },
  }
}
