import { totalmem } from 'node:os'
import { SluiceError } from '../core/errors.ts'
import type { Tokenizer } from '../data/index.ts'
import {
  type CellConfig,
  Model,
  type ModelConfig,
  modelConfig,
  readConfig,
  startFrom,
  trainingDemand,
} from '../model/index.ts'
import { type Settings, slotCount } from '../train/index.ts'
import { chooseCell } from './cell-choice.ts'
import { layerDifferences, withDropouts } from './layer-flags.ts'
import type { OpenedModel } from './open-model.ts'
import { type StackFlags, askedStack, stackDefaults, stackOf, toldStack } from './stack-flags.ts'
import { bytes, count } from './view/format.ts'

/** What the command line says about a model; what is absent has its default, or is as in the run. */
export interface ModelFlags extends StackFlags {
  readonly embedding?: number
  readonly embeddingDropout?: number
  readonly tied?: boolean
  readonly seed?: number
  /** Bytes that training may take: less than all that it would keep. */
  readonly memory?: number
}

/** What a model is unless the command line says otherwise. */
export const modelDefaults = { ...stackDefaults, embedding: 0, dropout: 0 } as const

/** A new model. @throws SluiceError `model-too-large` if this machine has not the memory to train it */
export async function newModel(flags: ModelFlags, input: Tokenizer, settings: Settings): Promise<Model> {
  const { embedding, dropout } = { ...modelDefaults, ...flags }
  const { seed, embeddingDropout, tied } = flags
  const config = modelConfig({
    layers: await stackOf(flags, { embedding }),
    embedding,
    dropout,
    ...(embeddingDropout !== undefined && { embeddingDropout }),
    ...(tied !== undefined && { tied }),
    ...(seed !== undefined && { seed }),
  })
  requireMemory(config, input, settings, flags)
  return new Model(config, input)
}

/** A new model with the weights of another. @throws SluiceError `usage` where the command line wants another model */
export async function modelLike(
  flags: ModelFlags,
  { path, model }: Pick<OpenedModel, 'path' | 'model'>,
  settings: Settings,
): Promise<Model> {
  const { dropout, embeddingDropout, seed, ...rest } = flags
  const like = { ...model.config, layers: withDropouts(model.config, flags) }
  const differences = await modelDifferences(rest, like)
  if (differences.length > 0)
    throw new SluiceError('usage/init-model', { path, differences: differences.join('; ') })
  const own = {
    ...(dropout !== undefined && { dropout }),
    ...(embeddingDropout !== undefined && { embeddingDropout }),
    ...(seed !== undefined && { seed }),
  }
  const config = readConfig({ ...like, ...own })
  requireMemory(config, model.vocabulary, settings, flags)
  return startFrom(new Model(config, model.vocabulary), model)
}

/** With `--memory` a window need not be kept as a whole. */
function requireMemory(
  config: ModelConfig,
  { size }: Tokenizer,
  { batch, window, optimizer, average }: Settings,
  { memory }: ModelFlags,
): void {
  const slots = slotCount(optimizer) + (average.kind === 'none' ? 0 : 1)
  const demand = trainingDemand(config, size, {
    rows: batch,
    steps: memory === undefined ? window : 1,
    slots,
  })
  const available = Math.min(totalmem(), process.constrainedMemory() || Infinity)
  if (demand.bytes <= available) return
  throw new SluiceError('model-too-large/memory', {
    weights: count(demand.weights),
    memory: bytes(demand.bytes),
    available: bytes(available),
  })
}

/** How a model on the command line differs from the one of the run that goes on. */
export async function modelDifferences(flags: ModelFlags, config: ModelConfig): Promise<readonly string[]> {
  const told = toldStack(config.layers)
  const { first, stacks } = told
  const before = {
    hidden: first?.sizes['hidden'],
    layers: stacks[0]!.length,
    embedding: config.embedding,
    dropout: config.dropout,
    embeddingDropout: config.embeddingDropout ?? 0,
    tied: config.tied ?? false,
    seed: config.seed,
  }
  const sizes = Object.entries(flags.size ?? {}).map(
    ([name, now]) => [name, first?.sizes[name], now] as const,
  )
  const starts = Object.entries(flags.init ?? {}).map(
    ([name, now]) => [`start of ${name}`, first?.init[name], now] as const,
  )
  // Units of branches that are named are told with them.
  const asked = flags.branches ? { ...flags, hidden: undefined } : flags
  const numbers = Object.entries(before).map(
    ([name, value]) => [name, value, asked[name as keyof typeof before]] as const,
  )
  const cell = await cellDifference(flags.cell, first)
  const forks = Object.entries(await askedStack(flags, told)).map(([name, now]): Difference => [
    name,
    told[name as 'branches' | 'join' | 'dense'],
    now,
  ])
  const options = layerDifferences({ stacks, embedding: config.embedding }, flags)
  return [...cell, ...forks, ...numbers, ...options, ...sizes, ...starts]
    .filter(([, was, now]) => now !== undefined && now !== was)
    .map(([name, was, now]) => `${name} (${was ?? 'none'}, now ${now})`)
}

type Told = string | number | boolean | undefined

type Difference = readonly [name: string, before: Told, now: Told]

async function cellDifference(
  wanted: string | undefined,
  stored: CellConfig | undefined,
): Promise<readonly Difference[]> {
  if (wanted === undefined) return []
  const { cell } = await chooseCell(wanted)
  if (cell.source === stored?.equations) return []
  return [['cell', stored?.name, cell.name === stored?.name ? `other equations in ${wanted}` : cell.name]]
}
