import { Scaling, tokenizerFromJSON } from '../../data/all.ts'
import type { SequenceModel } from '../../model/index.ts'
import type { ForecastCodec, LabelledCodec, TaskCodec } from '../../task/index.ts'
import type { TrainFlags } from '../commands/train.ts'
import { chooseCell } from '../cell-choice.ts'
import { toldStack } from '../stack-flags.ts'

type Told = string | number | boolean | undefined

type Difference = readonly [name: string, before: Told, now: Told]

/** Options that say what a task is, or what of a model is its alone. */
const said = (
  'task target input id time horizon context season every calendar loss levels missing blank tokens scaling split ' +
  'pool bidirectional'
).split(' ') as readonly (keyof TrainFlags)[]

/** How the task that the command line names differs from that of a run: all that it says of the task is as it was. */
export async function taskDifferences(
  flags: TrainFlags,
  codec: TaskCodec,
  net: SequenceModel,
): Promise<readonly string[]> {
  const of = codec.task === 'forecast' ? forecastBefore(codec) : labelledBefore(codec)
  const before: Readonly<Record<string, Told>> = { task: codec.task, id: codec.id, ...of, ...netBefore(net) }
  const all = said.map((name): Difference => [name, before[name], inWords(flags[name])])
  return [...all, ...(await decoderOf(flags, net))]
    .filter(([, was, now]) => now !== undefined && now !== was)
    .map(([name, was, now]) => `${name} (${was ?? 'none'}, now ${now})`)
}

const inWords = (value: unknown): Told =>
  Array.isArray(value) ? value.join(', ') || 'none' : (value as Told)

function forecastBefore(codec: ForecastCodec): Readonly<Record<string, Told>> {
  const { target, input, time, horizon, context, season, every, loss, levels, calendar, missing, blank } =
    codec
  const lists = { input, levels, calendar, blank }
  const told = Object.entries(lists).map(([name, list]) => [name, inWords(list)])
  return {
    ...Object.fromEntries(told),
    target,
    time,
    horizon,
    context,
    season,
    every,
    loss,
    missing,
    scaling: Scaling.fromJSON(codec.scaling).kind,
    split: codec.heldOut.by === 'none' ? undefined : codec.heldOut.by,
  }
}

function labelledBefore({ input, target, rows, heldOut }: LabelledCodec): Readonly<Record<string, Told>> {
  const texts = [input, target].flatMap((side) => ('tokens' in side ? [tokenizerFromJSON(side.tokens)] : []))
  return {
    target: target.column,
    input: inWords('columns' in input ? input.columns : [input.column]),
    context: rows,
    split: heldOut.by === 'none' ? undefined : heldOut.by,
    tokens: texts[0]?.kind,
    scaling: 'scaling' in input ? Scaling.fromJSON(input.scaling).kind : undefined,
  }
}

function netBefore({
  config: { shape, pool, encoder, layers },
}: SequenceModel): Readonly<Record<string, Told>> {
  const { stacks } = toldStack(encoder ?? layers)
  const isBoth = stacks.flat().some((layer) => 'direction' in layer && layer.direction === 'both')
  return { bidirectional: isBoth, ...(shape === 'many-to-one' && { pool: pool ?? 'last' }) }
}

async function decoderOf(
  { decoder }: TrainFlags,
  { config: { encoder, layers } }: SequenceModel,
): Promise<readonly Difference[]> {
  if (decoder === undefined) return []
  const { cell } = await chooseCell(decoder)
  const stored = encoder && layers.find((layer) => 'equations' in layer)
  if (cell.source === stored?.equations) return []
  return [['decoder', stored?.name, cell.name === stored?.name ? `other equations in ${decoder}` : cell.name]]
}
