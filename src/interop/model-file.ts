import { SluiceError } from '../core/errors.ts'
import { type Tokenizer, tokenizerFromJSON } from '../data/index.ts'
import { type Tensor, readSafetensors, writeSafetensors } from './safetensors.ts'

/** Everything that sampling needs of a model, as it is kept in one safetensors file. */
export interface StoredModel {
  /** Plain JSON: encoder, layers with their equations and sizes, head. */
  readonly config: object
  /** What turns the text of a model of the next token into tokens. */
  readonly vocabulary?: Tokenizer
  /** Plain JSON of other models: how outside data is read and answers are written. */
  readonly codec?: object
  /** Weights by canonical name; written in float32. */
  readonly parameters: ReadonlyMap<string, Tensor>
}

/** Version of what the metadata holds; files of later versions are refused. */
export const modelFormat = 1

/** What the header of a safetensors file starts with, behind its length. */
const brace = 0x7b

const keys = {
  format: 'sluice.format',
  config: 'sluice.config',
  vocabulary: 'sluice.vocabulary',
  codec: 'sluice.codec',
} as const

/** Writes a model, whose metadata holds configuration (equations too) and vocabulary. */
export function encodeModel({ config, vocabulary, codec, parameters }: StoredModel): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, Tensor>()
  for (const [name, { shape, data }] of parameters)
    tensors.set(name, { shape, data: Float32Array.from(data) })
  const metadata = new Map([
    [keys.format, String(modelFormat)],
    [keys.config, JSON.stringify(config)],
    ...(vocabulary ? [[keys.vocabulary, JSON.stringify(vocabulary)] as const] : []),
    ...(codec ? [[keys.codec, JSON.stringify(codec)] as const] : []),
  ])
  return writeSafetensors({ tensors, metadata })
}

/**
 * Reads a model. Files that Sluice did not write, damaged ones and those of later versions are errors.
 * @param name what the bytes are, for errors
 */
export function decodeModel(bytes: Uint8Array, name = 'the model'): StoredModel {
  if (bytes.length > 8 && bytes[8] !== brace) throw new SluiceError('model-file/other', { name })
  const { tensors, metadata } = readSafetensors(bytes, name)
  const format = metadata.get(keys.format)
  if (format === undefined) {
    throw new SluiceError('model-file/foreign', { name })
  }
  if (Number(format) !== modelFormat) {
    throw new SluiceError('model-version', { name, format, known: modelFormat })
  }
  const config = parsed(metadata.get(keys.config), name)
  if (!isObject(config)) throw new SluiceError('model-file/config', { name })
  const [vocabulary, codec] = [metadata.get(keys.vocabulary), parsed(metadata.get(keys.codec) ?? '{}', name)]
  if (!isObject(codec)) throw new SluiceError('model-file/metadata', { name })
  return {
    config,
    ...(vocabulary !== undefined && { vocabulary: tokenizerFromJSON(parsed(vocabulary, name)) }),
    ...(metadata.has(keys.codec) && { codec }),
    parameters: tensors,
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

function parsed(text: string | undefined, name: string): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch (cause) {
    throw new SluiceError('model-file/metadata', { name }, { cause })
  }
}
