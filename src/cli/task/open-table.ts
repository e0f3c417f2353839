import { extname } from 'node:path'
import { SluiceError } from '../../core/errors.ts'
import { type Pair, type Table, tableFrom } from '../../data/all.ts'
import { readDividedPairs, readPairFiles } from '../../data/files/pairs.ts'
import { readTagged } from '../../data/files/conll.ts'
import type { Codec } from '../../model/index.ts'
import { type TableFormat, readTable } from '../../data/files/table.ts'
import { nearestPath } from '../nearest-path.ts'
import type { DataFormat } from './formats.ts'

/** How the command line says a table is read. */
export interface TableFlags {
  readonly format?: DataFormat
  readonly delimiter?: string
  readonly encoding?: string
  readonly task?: string
  /** Lines of the targets of those of the first file. */
  readonly targets?: string
}

/** What of it has to be said again, so that a run that goes on reads the same. */
export function readingOf({ format, delimiter, encoding, task, targets }: TableFlags): TableFlags {
  const given = Object.entries({ format, delimiter, encoding, task, targets })
  return Object.fromEntries(given.filter(([, value]) => value !== undefined))
}

/** What was said when a model was trained, and what is said now; the targets of other lines are never those of then. */
export function readingAgain(codec: Codec, flags: TableFlags, isSameFile = false): TableFlags {
  const { targets, ...before } = (codec['reading'] ?? {}) as TableFlags
  return { ...before, ...(isSameFile && targets !== undefined && { targets }), ...readingOf(flags) }
}

/** Opens a table; where there is none, the error says which was probably meant. */
export async function openTable(path: string, flags: TableFlags): Promise<Table> {
  const { format, delimiter, encoding } = flags
  if (flags.targets !== undefined) return pairTable(await readPairFiles(path, flags.targets, encoding), path)
  if (flags.task === 'translate' && format === undefined && extname(path).toLowerCase() === '.txt')
    return pairTable(await readDividedPairs(path, encoding), path)
  if (format === 'conll' || (format === undefined && extname(path).toLowerCase() === '.conll'))
    return readTagged(path, encoding)
  const options = {
    ...(format !== undefined && { format: format as TableFormat }),
    ...(delimiter !== undefined && { delimiter: delimiter === '\\t' ? '\t' : delimiter }),
    ...(encoding !== undefined && { encoding }),
  }
  return readTable(path, options).catch(async (error: unknown) => {
    if (!(error instanceof SluiceError) || error.values['reason']?.toString().includes('ENOENT') !== true)
      throw error
    const nearest = await nearestPath(path)
    throw nearest === undefined
      ? error
      : new SluiceError('text-file/missing', { path, nearest }, { cause: error })
  })
}

/** Pairs as a table with the columns source and target. */
function pairTable(pairs: readonly Pair[], name: string): Table {
  return tableFrom(
    pairs.map((pair) => ({ ...pair })),
    name,
  )
}
