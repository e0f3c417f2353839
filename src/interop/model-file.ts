import { SluiceError } from '../core/errors.ts'
import { Vocabulary } from '../data/index.ts'
import { type Tensor, readSafetensors, writeSafetensors } from './safetensors.ts'

/** Everything that sampling needs of a model, as it is kept in one safetensors file. */
export interface StoredModel {
  /** Plain JSON: encoder, layers with their equations and sizes, head. */
  readonly config: object
  readonly vocabulary: Vocabulary
  /** Weights by canonical name; written in float32. */
  readonly parameters: ReadonlyMap<string, Tensor>
}

/** Version of what the metadata holds; files of later versions are refused. */
export const modelFormat = 1

const keys = { format: 'sluice.format', config: 'sluice.config', vocabulary: 'sluice.vocabulary' } as const

/** Writes a model, whose metadata holds configuration (equations too) and vocabulary. */
export function encodeModel({ config, vocabulary, parameters }: StoredModel): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, Tensor>()
  for (const [name, { shape, data }] of parameters)
    tensors.set(name, { shape, data: Float32Array.from(data) })
  const metadata = new Map([
    [keys.format, String(modelFormat)],
    [keys.config, JSON.stringify(config)],
    [keys.vocabulary, JSON.stringify(vocabulary)],
  ])
  return writeSafetensors({ tensors, metadata })
}

/**
 * Reads a model. Files that Sluice did not write, damaged ones and those of later versions are errors.
 * @param name what the bytes are, for errors
 */
export function decodeModel(bytes: Uint8Array, name = 'the model'): StoredModel {
  const { tensors, metadata } = readSafetensors(bytes, name)
  const format = metadata.get(keys.format)
  if (format === undefined) {
    throw new SluiceError('model-file', `${name} holds tensors, but no model that Sluice wrote.`)
  }
  if (Number(format) !== modelFormat) {
    throw new SluiceError(
      'model-version',
      `${name} has format ${format}; this version reads ${modelFormat}. Update Sluice.`,
    )
  }
  const config = parsed(metadata.get(keys.config), name)
  if (typeof config !== 'object' || config === null) {
    throw new SluiceError('model-file', `${name} has no configuration.`)
  }
  return {
    config,
    vocabulary: Vocabulary.fromJSON(parsed(metadata.get(keys.vocabulary), name)),
    parameters: tensors,
  }
}

function parsed(text: string | undefined, name: string): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch (cause) {
    throw new SluiceError('model-file', `${name} has damaged metadata.`, { cause })
  }
}
