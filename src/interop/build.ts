import { Model, readConfig } from '../model/index.ts'
import type { StoredModel } from './model-file.ts'

/** A stored model made ready to train on and to sample from. @throws SluiceError `model-config` or `model-weights` */
export function modelFrom({ config, vocabulary, parameters }: StoredModel): Model {
  return new Model(readConfig(config), vocabulary, parameters)
}
