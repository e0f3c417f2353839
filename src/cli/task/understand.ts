import { SluiceError } from '../../core/errors.ts'
import type { Table } from '../../data/all.ts'
import { type CalendarFeature, readSeries } from '../../data/all.ts'
import {
  type ForecastOptions,
  type Guess,
  type HeldOut,
  type LabelledTask,
  type TaskCodec,
  type Understood,
  guessTask,
  seasonOf,
  understandForecast,
  understandLabelled,
  usualLevels,
} from '../../task/index.ts'
import { type Heeded, requireHeeded } from './heeded.ts'
import type { TaskFlags } from './task-options.ts'

/** Options that only some tasks heed. */
const heeded: Heeded & Partial<Record<keyof TaskFlags, readonly Guess['task'][]>> = {
  time: ['forecast'],
  horizon: ['forecast'],
  season: ['forecast'],
  every: ['forecast'],
  calendar: ['forecast'],
  loss: ['forecast'],
  levels: ['forecast'],
  missing: ['forecast'],
  blank: ['forecast'],
  context: ['forecast', 'tag'],
  pool: ['classify'],
  tokens: ['classify', 'caption', 'translate'],
  decoder: ['caption', 'translate'],
}

/** Steps of a piece of a long sequence that is tagged. */
const usualPiece = 100

/** What a table is to teach, as the command line says or the table leaves no doubt about. */
export async function understand(
  table: Table,
  flags: TaskFlags,
  heldOut: (task: string) => HeldOut,
): Promise<Understood<TaskCodec>> {
  const { task, target, input, time, id, blank } = flags
  if (task === 'lm') throw new SluiceError('task-unclear/lm', { name: table.name })
  const guess = await guessTask(table, {
    ...(task !== undefined && { task }),
    ...(target !== undefined && { target }),
    ...(input !== undefined && { input }),
    ...(time !== undefined && { time }),
    ...(id !== undefined && { id }),
    ...(blank !== undefined && { blank }),
  })
  requireHeeded(flags, guess, heeded)
  if (guess.task === 'forecast')
    return understandForecast(table, await forecastOptions(table, guess, flags, heldOut(guess.task)))
  const { tokens, vocabulary, scaling } = flags
  const rows = await pieceOf(table, guess, flags)
  return understandLabelled(table, {
    task: guess.task,
    target: guess.target,
    input: guess.input,
    heldOut: heldOut(guess.task),
    ...(id !== undefined && { id }),
    ...(rows !== undefined && { rows }),
    ...(tokens !== undefined && { tokens }),
    ...(vocabulary !== undefined && { vocabularySize: vocabulary }),
    ...(scaling !== undefined && { scaling }),
  })
}

/** The same data again, as the codec of a run says. */
export function understandAgain(table: Table, codec: TaskCodec): Promise<Understood<TaskCodec>> {
  if (codec.task === 'forecast') {
    const { task: _task, scaling: _scaling, ...options } = codec
    return understandForecast(table, options, codec)
  }
  const { task, id, rows, input, target, heldOut } = codec
  const columns = 'columns' in input ? input.columns : [input.column]
  return understandLabelled(
    table,
    {
      task,
      target: target.column,
      input: columns,
      heldOut,
      ...(id !== undefined && { id }),
      ...(rows !== undefined && { rows }),
    },
    codec,
  )
}

/** Rows of a piece, where a table is one long sequence whose every row has a class. */
async function pieceOf(
  table: Table,
  { task, target }: Guess & { readonly task: string },
  { id, context = usualPiece }: TaskFlags,
): Promise<number | undefined> {
  if (task !== ('tag' satisfies LabelledTask) || id !== undefined) return undefined
  for await (const { cells } of table.batches([target]))
    return Array.isArray(cells.get(target)?.[0]) ? undefined : context
  return undefined
}

async function forecastOptions(
  table: Table,
  { target, input, time }: Guess,
  flags: TaskFlags,
  heldOut: HeldOut,
): Promise<ForecastOptions> {
  const { id, missing, blank = [], loss = 'quantile', levels = usualLevels, scaling, every = 1 } = flags
  const times = time === undefined ? undefined : await firstTimes(table, time, id)
  const season = flags.season ?? (times && seasonOf(times)) ?? 1
  const horizon = flags.horizon ?? season
  const context = flags.context ?? Math.max(2 * horizon, 4 * season)
  return {
    target,
    input,
    ...(time !== undefined && { time }),
    ...(id !== undefined && { id }),
    calendar: time === undefined ? [] : (flags.calendar ?? usualFeatures(season)),
    ...(missing !== undefined && { missing }),
    blank,
    context,
    horizon,
    season,
    loss,
    levels: loss === 'quantile' ? levels : [],
    ...(scaling !== undefined && { scaling }),
    every,
    heldOut,
  }
}

/** Times of the first series. */
async function firstTimes(
  table: Table,
  time: string,
  id: string | undefined,
): Promise<ArrayLike<number> | undefined> {
  const { series } = await readSeries(table, { values: [], time, ...(id !== undefined && { id }) })
  return series[0]?.times
}

function usualFeatures(season: number): readonly CalendarFeature[] {
  if (season === 24) return ['hour', 'weekday']
  if (season === 7) return ['weekday', 'yearday']
  return season > 1 ? ['yearday'] : []
}
