import { extname } from 'node:path'
import { SluiceError } from '../../core/errors.ts'
import { type Pair, type Table, linesOf, tableFrom } from '../../data/all.ts'
import { decodeBytes } from '../../data/encoding.ts'
import { readBytes } from '../../data/file.ts'
import { readVectors } from '../../data/files/arrays.ts'
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
  if (extname(path).toLowerCase() === '.npy') return arrayTable(path, flags)
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

/** The sequences of an array as a table with the columns input and, of the lines of another file, target. */
async function arrayTable(path: string, { targets, encoding }: TableFlags): Promise<Table> {
  const { size, sequences } = await readVectors(path)
  const labels = targets === undefined ? undefined : await linesIn(targets, encoding)
  if (labels && labels.length !== sequences.length)
    throw new SluiceError('array-file/targets', {
      name: path,
      sequences: sequences.length,
      targets: targets!,
      lines: labels.length,
    })
  const rows = sequences.map((frames, index) => ({
    input: Array.from({ length: frames.length / size }, (_unused, step) =>
      Array.from(frames.subarray(step * size, (step + 1) * size)),
    ),
    ...(labels && { target: labels[index]! }),
  }))
  return tableFrom(rows, path)
}

/** The lines of a file. @throws SluiceError `text-file` or `text-encoding` */
export async function linesIn(path: string, encoding: string | undefined): Promise<readonly string[]> {
  return linesOf(decodeBytes(await readBytes(path), encoding, path))
}

/** Pairs as a table with the columns source and target. */
function pairTable(pairs: readonly Pair[], name: string): Table {
  return tableFrom(
    pairs.map((pair) => ({ ...pair })),
    name,
  )
}
