import {
  type ModelConfig,
  type SequenceConfig,
  type SequenceModel,
  type SequenceOptions,
  sequenceModel,
} from '../../model/index.ts'
import { usualDecoder } from '../../cells/index.ts'
import type { TaskCodec, Understood } from '../../task/index.ts'
import type { TrainFlags } from '../commands/train.ts'
import { chooseCell } from '../cell-choice.ts'
import { modelDefaults } from '../model-choice.ts'
import { layerSizes, stackOf } from '../stack-flags.ts'
import { stackText } from '../train-words.ts'
import { few } from '../view/format.ts'
import type { TableFlags } from './open-table.ts'

/** Units of an embedding of words unless it is said otherwise. */
const usualEmbedding = 64

/** More tokens than these are embedded unless it is said otherwise. */
const mostOneHot = 300

/** A new model for data that was understood. @param table digest of that, kept with the model */
export async function taskModel(
  flags: TrainFlags,
  { model, codec }: Understood<TaskCodec>,
  reading: TableFlags,
  table: string,
): Promise<SequenceModel> {
  const { shape, input, output } = model
  const { dropout = 0, seed, pool } = flags
  const isWritten = shape === 'one-to-many' || shape === 'many-to-many'
  const written = isWritten && 'classes' in output ? embeddingOf(output.classes, flags) : 0
  const read = 'tokens' in input && shape !== 'one-to-many' ? embeddingOf(input.tokens, flags) : 0
  const { embeddingDropout } = flags
  return sequenceModel(
    {
      shape,
      input:
        read > 0
          ? { ...input, embedding: read, ...(embeddingDropout !== undefined && { embeddingDropout }) }
          : input,
      output: written > 0 ? { ...output, embedding: written } : output,
      ...(await layersOf(flags, model, 'vectors' in input ? 1 : shape === 'one-to-many' ? written : read)),
      dropout,
      ...(pool !== undefined && { pool }),
      ...(seed !== undefined && { seed }),
    },
    { ...codec, table, ...(Object.keys(reading).length > 0 && { reading }) },
  )
}

/** Units of the embedding of so many tokens. */
function embeddingOf(tokens: number, { embedding }: TrainFlags): number {
  return embedding ?? (tokens > mostOneHot ? usualEmbedding : 0)
}

/** The layers; of a sequence that is written from another those that read it, both ways, and one that writes. */
async function layersOf(
  flags: TrainFlags,
  { shape }: Understood<TaskCodec>['model'],
  embedding: number,
): Promise<Pick<SequenceOptions, 'layers' | 'encoder'>> {
  const isEncoder = shape === 'many-to-many'
  const { bidirectional = isEncoder, hidden = modelDefaults.hidden, decoder = usualDecoder } = flags
  const stack = await stackOf(
    { ...flags, layers: flags.layers ?? 1 },
    { embedding, ...(bidirectional && { options: { direction: 'both' } }) },
  )
  if (!isEncoder) return { layers: stack }
  const writer = await chooseCell(decoder)
  return { encoder: stack, layers: [writer.make(layerSizes(writer, hidden, {}))] }
}

/** What of a sequence model the command line can name, as `modelDifferences` takes it. */
export function comparable({ input, layers, encoder, dropout, seed }: SequenceConfig): ModelConfig {
  const embedding = 'tokens' in input ? (input.embedding ?? 0) : 0
  return { task: 'next-token', embedding, layers: encoder ?? layers, dropout, seed }
}

/** A sequence model in a few words: `embedding(64) + name(64) both ways, mean`. */
export function sequenceText({ config }: SequenceModel): string {
  const { input, output, layers, encoder, pool, dropout } = config
  const embedding =
    ('embedding' in input ? input.embedding : 'embedding' in output ? output.embedding : 0) ?? 0
  return [
    `${embedding > 0 ? `embedding(${embedding}) + ` : ''}${encoder ? `${stackText(encoder)} → ` : ''}${stackText(layers)}`,
    ...(pool ? [`${pool} of all steps`] : []),
    ...(dropout > 0 ? [`dropout ${few(dropout)}`] : []),
  ].join(', ')
}
