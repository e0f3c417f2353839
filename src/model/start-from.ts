import { SluiceError } from '../core/errors.ts'
import type { Tokenizer } from '../data/index.ts'
import type { Model } from './model.ts'
import type { Weights } from './start.ts'

/** A model that another may start from. */
export interface Source {
  readonly vocabulary: Tokenizer
  readonly parameters: ReadonlyMap<string, Pick<Weights, 'shape'> & { readonly data: ArrayLike<number> }>
}

/**
 * Gives a model the weights of another, to train it further: the same vocabulary and the same parameters, of the same
 * shapes; the rest, such as dropout, may differ. Nothing is changed where they do not fit.
 *
 *     const old = await readModel('runs/book')
 *     const net = startFrom(model({ input: old.vocabulary, layers, dropout: 0.5 }), old)
 *
 * @throws SluiceError `model-source`
 */
export function startFrom(model: Model, source: Source): Model {
  if (!model.vocabulary.equals(source.vocabulary)) {
    const [size, found] = [model.vocabulary.size, source.vocabulary.size]
    throw new SluiceError('model-source/vocabulary', { size, found })
  }
  for (const [name, { shape }] of model.parameters) {
    const found = source.parameters.get(name)?.shape
    if (found?.join() === shape.join()) continue
    throw new SluiceError('model-source/shape', {
      name,
      shape: shape.join(' × '),
      found: found?.join(' × ') ?? 'missing',
    })
  }
  const extra = [...source.parameters.keys()].find((name) => !model.parameters.has(name))
  if (extra !== undefined) throw new SluiceError('model-source/extra', { name: extra })
  for (const [name, { data }] of model.parameters) data.set(source.parameters.get(name)!.data)
  return model
}
