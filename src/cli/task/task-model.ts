import {
  type Layer,
  type ModelConfig,
  type SequenceConfig,
  type SequenceModel,
  layer,
  sequenceModel,
} from '../../model/index.ts'
import type { TaskCodec, Understood } from '../../task/index.ts'
import type { TrainFlags } from '../commands/train.ts'
import { chooseCell } from '../cell-choice.ts'
import { layerOptions } from '../layer-flags.ts'
import { layerSizes, modelDefaults } from '../model-choice.ts'
import { stackText } from '../train-words.ts'
import { few } from '../view/format.ts'

/** Units of an embedding of words unless it is said otherwise. */
const usualEmbedding = 64

/** More tokens than these are embedded unless it is said otherwise. */
const mostOneHot = 300

/** A new model for data that was understood. */
export async function taskModel(
  flags: TrainFlags,
  { model, codec }: Understood<TaskCodec>,
): Promise<SequenceModel> {
  const { shape, input, output } = model
  const writes = shape === 'one-to-many'
  const tokens = writes && 'classes' in output ? output.classes : 'tokens' in input ? input.tokens : 0
  const embedding = tokens === 0 ? 0 : (flags.embedding ?? (tokens > mostOneHot ? usualEmbedding : 0))
  const own = {
    embedding,
    ...(flags.embeddingDropout !== undefined && !writes && { embeddingDropout: flags.embeddingDropout }),
  }
  const { dropout = 0, seed, pool } = flags
  return sequenceModel(
    {
      shape,
      input: 'tokens' in input && !writes ? { ...input, ...own } : input,
      output: writes && embedding > 0 ? { ...output, embedding } : output,
      layers: await layersOf(flags, tokens === 0 ? 1 : embedding),
      dropout,
      ...(pool !== undefined && { pool }),
      ...(seed !== undefined && { seed }),
    },
    { ...codec },
  )
}

async function layersOf(flags: TrainFlags, embedding: number): Promise<readonly Layer[]> {
  const {
    cell = modelDefaults.cell,
    hidden = modelDefaults.hidden,
    layers = 1,
    bidirectional = false,
  } = flags
  const chosen = await chooseCell(cell, flags.init)
  const made = chosen.make(layerSizes(chosen, hidden, flags))
  return Array.from({ length: layers }, (_unused, index) =>
    layer(made, {
      ...layerOptions(flags, { index, embedding }),
      ...(bidirectional && { direction: 'both' }),
    }),
  )
}

/** What of a sequence model the command line can name, as `modelDifferences` takes it. */
export function comparable({ input, layers, dropout, seed }: SequenceConfig): ModelConfig {
  const embedding = 'tokens' in input ? (input.embedding ?? 0) : 0
  return { task: 'next-token', embedding, layers, dropout, seed }
}

/** A sequence model in a few words: `embedding(64) + name(64) both ways, mean`. */
export function sequenceText({ config }: SequenceModel): string {
  const { input, output, layers, pool, dropout } = config
  const embedding =
    ('embedding' in input ? input.embedding : 'embedding' in output ? output.embedding : 0) ?? 0
  return [
    `${embedding > 0 ? `embedding(${embedding}) + ` : ''}${stackText(layers)}`,
    ...(pool ? [`${pool} of all steps`] : []),
    ...(dropout > 0 ? [`dropout ${few(dropout)}`] : []),
  ].join(', ')
}
