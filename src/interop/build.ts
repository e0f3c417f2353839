import { SluiceError } from '../core/errors.ts'
import { Model, readConfig } from '../model/index.ts'
import type { StoredModel } from './model-file.ts'

/** A stored model made ready to train on and to sample from. @throws SluiceError `model-config` or `model-weights` */
export function modelFrom({ config, vocabulary, parameters }: StoredModel): Model {
  const known = readConfig(config)
  if (!vocabulary) throw new SluiceError('vocabulary-format')
  return new Model(known, vocabulary, parameters)
}
