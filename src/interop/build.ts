import { SluiceError } from '../core/errors.ts'
import { type Codec, Model, SequenceModel, readConfig, readSequenceConfig } from '../model/index.ts'
import type { StoredModel } from './model-file.ts'

/** A stored model made ready to train on and to sample from. @throws SluiceError `model-config` or `model-weights` */
export function modelFrom({ config, vocabulary, parameters }: StoredModel): Model {
  const known = readConfig(config)
  if (!vocabulary) throw new SluiceError('vocabulary-format')
  return new Model(known, vocabulary, parameters)
}

/** A stored sequence model made ready. @throws SluiceError `model-config`, `model-shape` or `model-weights` */
export function sequenceModelFrom({ config, codec, parameters }: StoredModel): SequenceModel {
  return new SequenceModel(readSequenceConfig(config), codec as Codec | undefined, parameters)
}

/** What a stored model is for: `next-token` or `sequence`, if it is one of ours. */
export function taskOf({ config }: Pick<StoredModel, 'config'>): unknown {
  return (config as { readonly task?: unknown }).task
}
