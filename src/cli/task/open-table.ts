import { extname } from 'node:path'
import { SluiceError } from '../../core/errors.ts'
import type { Table } from '../../data/all.ts'
import { readTagged } from '../../data/files/conll.ts'
import { type TableFormat, readTable } from '../../data/files/table.ts'
import { nearestPath } from '../nearest-path.ts'
import type { DataFormat } from './formats.ts'

/** How the command line says a table is read. */
export interface TableFlags {
  readonly format?: DataFormat
  readonly delimiter?: string
  readonly encoding?: string
}

/** Opens a table; where there is none, the error says which was probably meant. */
export async function openTable(path: string, { format, delimiter, encoding }: TableFlags): Promise<Table> {
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
