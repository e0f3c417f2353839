import type { InitSpec } from '../cells/index.ts'
import { SluiceError } from '../core/errors.ts'
import type { Vocabulary } from '../data/index.ts'
import { type Model, type ModelConfig, model } from '../model/index.ts'
import { type ChosenCell, chooseCell } from './cell-choice.ts'

/** What the command line says about a model; what is absent has its default, or is as in the run. */
export interface ModelFlags {
  readonly cell?: string
  readonly hidden?: number
  readonly layers?: number
  readonly embedding?: number
  readonly dropout?: number
  readonly seed?: number
  readonly size?: Readonly<Record<string, number>>
  readonly init?: InitSpec
}

/** What a model is unless the command line says otherwise. */
export const modelDefaults = { cell: 'lstm', hidden: 128, layers: 2, embedding: 0, dropout: 0 } as const

/** A new model. */
export async function newModel(flags: ModelFlags, input: Vocabulary): Promise<Model> {
  const { hidden, layers, embedding, dropout } = { ...modelDefaults, ...flags }
  const chosen = await chooseCell(flags.cell ?? modelDefaults.cell, flags.init)
  const layer = chosen.make(layerSizes(chosen, hidden, flags))
  const seed = flags.seed === undefined ? {} : { seed: flags.seed }
  try {
    return model({ input, layers: Array.from({ length: layers }, () => layer), embedding, dropout, ...seed })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new SluiceError('model-too-large', 'This model does not fit into memory: take a smaller --hidden.')
  }
}

/** Sizes of a layer: `hidden`, where the cell has it or it was asked for, and those of `--size`. */
function layerSizes(
  { cell }: ChosenCell,
  hidden: number,
  flags: ModelFlags,
): Readonly<Record<string, number>> {
  const wanted = cell.sizes.includes('hidden') || flags.hidden !== undefined
  return { ...(wanted && { hidden }), ...flags.size }
}

/** Refuses a model on the command line that is not the one of the run that goes on. */
export async function requireSameModel(flags: ModelFlags, config: ModelConfig): Promise<void> {
  const [first] = config.layers
  const there = {
    hidden: first?.sizes['hidden'],
    layers: config.layers.length,
    embedding: config.embedding,
    dropout: config.dropout,
    seed: config.seed,
  }
  const differences = Object.entries(there)
    .map(([name, value]) => [name, value, flags[name as keyof typeof there]] as const)
    .filter(([, value, given]) => given !== undefined && given !== value)
    .map(([name, value, given]) => `--${name} ${given} (there ${value ?? 'none'})`)
  for (const [name, given] of Object.entries(flags.size ?? {})) {
    if (given !== first?.sizes[name]) differences.push(`--size ${name}=${given}`)
  }
  for (const [name, given] of Object.entries(flags.init ?? {})) {
    if (given !== first?.init[name]) differences.push(`--init ${name}=${given}`)
  }
  if (flags.cell !== undefined && (await chooseCell(flags.cell)).cell.source !== first?.equations) {
    differences.push(`--cell ${flags.cell} (there ${first?.name})`)
  }
  if (differences.length === 0) return
  throw new SluiceError(
    'resume-differs',
    `This does not continue the run; what differs: ${differences.join('; ')}. Leave it out, or train a new run.`,
  )
}
