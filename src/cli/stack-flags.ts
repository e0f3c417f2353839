import type { Command } from 'commander'
import { type InitSpec, usualCell } from '../cells/index.ts'
import { SluiceError } from '../core/errors.ts'
import { oneOf, wholeNumber } from '../data/check.ts'
import {
  type CellConfig,
  type Layer,
  type LayerConfig,
  type LayerOptions,
  activations,
  branches,
  dense,
  layer,
  layerConfig,
} from '../model/index.ts'
import { type ChosenCell, chooseCell } from './cell-choice.ts'
import { type LayerFlags, layerOptions } from './layer-flags.ts'
import { option, word } from './options.ts'

/** A branch: layers of a cell, of so many units unless those of all. */
export interface BranchFlag {
  readonly cell: string
  readonly hidden?: number
}

/** What the command line says about the stack of a model. */
export interface StackFlags extends LayerFlags {
  readonly cell?: string
  readonly hidden?: number
  readonly layers?: number
  readonly size?: Readonly<Record<string, number>>
  readonly init?: InitSpec
  readonly dropout?: number
  readonly branches?: readonly BranchFlag[]
  readonly join?: 'concat' | 'sum'
  readonly dense?: readonly DenseFlag[]
}

/** A dense layer: units, and the function that it ends with. */
export interface DenseFlag {
  readonly units: number
  readonly activation: (typeof activations)[number]
}

/** What a stack is unless the command line says otherwise. */
export const stackDefaults = { cell: usualCell, hidden: 128, layers: 2 } as const

/** Adds `--branches`, `--join` and `--dense`. @param of what the branches are */
export function addStackOptions(command: Command, of: string): void {
  command
    .addOption(option('--branches <list>', `${of}: cell:units,cell:units,…`, branchList))
    .addOption(
      option('--join <how>', 'of branches: concat, sum', word('--join', ['concat', 'sum']), 'concat'),
    )
    .addOption(
      option('--dense <list>', 'dense layers behind all others: units,units:function,… (tanh)', denseList),
    )
}

const listed = (text: string): readonly (readonly [string, string | undefined])[] =>
  text.split(',').map((each) => {
    const [, name = '', more] = /^(.+?)(?::(\w+))?$/.exec(each.trim()) ?? []
    return [name, more]
  })

/** A number, or what was written instead: errors then show it. */
const numberIn = (text: string): unknown => (/^\d+$/.test(text) ? Number(text) : JSON.stringify(text))

function branchList(text: string): readonly BranchFlag[] {
  return listed(text).map(([cell, units]) => ({
    cell,
    ...(units !== undefined && { hidden: wholeNumber('--branches', numberIn(units), 1) }),
  }))
}

function denseList(text: string): readonly DenseFlag[] {
  return listed(text).map(([units, activation = 'tanh']) => ({
    units: wholeNumber('--dense', numberIn(units), 1),
    activation: oneOf('--dense', activation, activations),
  }))
}

/** How layers stand: units of the embedding that the first reads, and options of all. */
interface Standing {
  readonly embedding: number
  readonly options?: LayerOptions
}

/** The layers that the command line asks for: a stack of one cell or branches, then dense layers. */
export async function stackOf(flags: StackFlags, standing: Standing): Promise<readonly Layer[]> {
  const { branches: wanted, dense: behind = [], join } = flags
  if (wanted && flags.cell !== undefined) throw new SluiceError('usage/two-cells')
  if (!wanted && join !== undefined) throw new SluiceError('usage/join')
  const recurrent = wanted
    ? [branches(await Promise.all(wanted.map((one) => branch(one, flags, standing))), join ? { join } : {})]
    : await layersOf(flags, standing)
  return [...recurrent, ...behind.map(({ units, activation }) => dense(units, activation))]
}

/** The last layer of a branch is dropped out behind the join, with the other branches. */
async function branch(
  { cell, hidden }: BranchFlag,
  flags: StackFlags,
  { embedding, options }: Standing,
): Promise<readonly Layer[]> {
  const { layers = stackDefaults.layers, dropout = 0 } = flags
  const made = await madeOf({ ...flags, cell, ...(hidden !== undefined && { hidden }) })
  return Array.from({ length: layers }, (_unused, index) =>
    layer(made, {
      ...layerOptions(flags, { index, embedding }),
      ...options,
      ...(dropout > 0 && index < layers - 1 && { dropout }),
    }),
  )
}

async function layersOf(flags: StackFlags, { embedding, options }: Standing): Promise<readonly Layer[]> {
  const made = await madeOf(flags)
  const { layers = stackDefaults.layers } = flags
  return Array.from({ length: layers }, (_unused, index) =>
    layer(made, { ...layerOptions(flags, { index, embedding }), ...options }),
  )
}

async function madeOf(flags: StackFlags): Promise<ReturnType<ChosenCell['make']>> {
  const chosen = await chooseCell(flags.cell ?? stackDefaults.cell, flags.init)
  return chosen.make(layerSizes(chosen, flags.hidden ?? stackDefaults.hidden, flags))
}

/** Sizes of a layer: `hidden`, where the cell has it or it was asked for, and those of `--size`. */
export function layerSizes(
  { cell }: ChosenCell,
  hidden: number,
  flags: Pick<StackFlags, 'hidden' | 'size'>,
): Readonly<Record<string, number>> {
  const wanted = cell.sizes.includes('hidden') || flags.hidden !== undefined
  return { ...(wanted && { hidden }), ...flags.size }
}

/** A stack as the command line can say it. */
export interface ToldStack {
  /** Its first layer of a cell. */
  readonly first: CellConfig | undefined
  /** Layers of each branch, or of the stack. */
  readonly stacks: readonly (readonly LayerConfig[])[]
  readonly branches: string | undefined
  readonly join: string | undefined
  readonly dense: string | undefined
}

/** What the command line would say of stored layers. */
export function toldStack(layers: readonly LayerConfig[]): ToldStack {
  const count = layers.findLastIndex((each) => denseText(each) === undefined) + 1
  const recurrent = count > 0 ? layers.slice(0, count) : layers
  const behind = layers.slice(recurrent.length).map(denseText)
  const [only] = recurrent
  const forked = recurrent.length === 1 && only && 'branches' in only ? only : undefined
  const stacks = forked ? forked.branches : [recurrent]
  return {
    first: stacks.flat().find((each): each is CellConfig => 'equations' in each),
    stacks,
    branches: forked?.branches.map(branchText).join(','),
    join: forked && (forked.join ?? 'concat'),
    dense: behind.length > 0 ? behind.join(',') : undefined,
  }
}

/** `64:tanh`, of a dense layer. */
function denseText(stored: LayerConfig): string | undefined {
  if ('branches' in stored || stored.sizes['units'] === undefined) return undefined
  const units = stored.sizes['units']
  const activation = activations.find((each) => {
    const made = layerConfig(dense(units, each))
    return 'equations' in made && made.equations === stored.equations
  })
  return activation && `${units}:${activation}`
}

/** `name:64`, of a branch. */
function branchText(stack: readonly LayerConfig[]): string {
  const [first] = stack
  return first && 'equations' in first ? `${first.name}:${first.sizes['hidden'] ?? '-'}` : 'branches'
}

/** What is asked for, in the words of `toldStack`: absent where nothing is, units that are not said as they are stored. */
export async function askedStack(
  { cell: only, branches: wanted, dense: behind, join, hidden }: StackFlags,
  { stacks, branches: before }: ToldStack,
): Promise<Partial<Record<'branches' | 'join' | 'dense', string>>> {
  const texts = wanted?.map(async ({ cell, hidden: own }, index) => {
    const { cell: chosen } = await chooseCell(cell)
    const [below] = stacks[index] ?? []
    const stored = below && 'equations' in below ? below : undefined
    const units = own ?? hidden ?? stored?.sizes['hidden'] ?? stackDefaults.hidden
    const isOther = stored?.name === chosen.name && stored.equations !== chosen.source
    const shown = chosen.sizes.includes('hidden') ? units : '-'
    return `${chosen.name}:${shown}${isOther ? ` (other equations in ${cell})` : ''}`
  })
  return {
    ...(only !== undefined && before !== undefined && { branches: 'none' }),
    ...(texts && { branches: (await Promise.all(texts)).join(',') }),
    ...(join && { join }),
    ...(behind && { dense: behind.map(({ units, activation }) => `${units}:${activation}`).join(',') }),
  }
}
