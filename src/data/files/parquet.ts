import * as zlib from 'node:zlib'
import type { AsyncBuffer, Compressors, FileMetaData } from 'hyparquet'
import { SluiceError } from '../../core/errors.ts'
import { type SystemError, readError } from '../file.ts'
import { type RowBatch, type Table, requireColumns } from '../table/table.ts'
import { cellOf } from './json-lines.ts'

const { zstdDecompressSync: ZSTD } = zlib as { zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array } // Node 22.15

/** Ways of compression that Node has; Snappy is hyparquet's own. */
const compressors: Compressors = {
  GZIP: (bytes) => zlib.gunzipSync(bytes),
  BROTLI: (bytes) => zlib.brotliDecompressSync(bytes),
  ...(ZSTD && { ZSTD }),
}

/**
 * A table of a Parquet file. Of each row group the columns that are asked for are read at once.
 * @param size most rows of a batch
 * @throws SluiceError `text-file` or `table-file`
 */
export async function parquetTable(path: string, size: number): Promise<Table> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetSchema } = await import('hyparquet')
  const file = await asyncBufferFromFile(path).catch((cause: SystemError) => {
    throw readError(path, cause)
  })
  const metadata = await readable(path, () => parquetMetadataAsync(file))
  if (metadata.num_rows === 0n) throw new SluiceError('table-file/empty', { path })
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name)
  return {
    name: path,
    columns,
    batches(wanted = columns) {
      requireColumns({ name: path, columns }, wanted)
      return parquetBatches({ path, file, metadata, wanted, size })
    },
  }
}

interface Source {
  readonly path: string
  readonly file: AsyncBuffer
  readonly metadata: FileMetaData
  readonly wanted: readonly string[]
  readonly size: number
}

async function* parquetBatches({ path, file, metadata, wanted, size }: Source): AsyncGenerator<RowBatch> {
  const { parquetReadObjects } = await import('hyparquet')
  let first = 0
  for (const group of metadata.row_groups) {
    const end = first + Number(group.num_rows)
    const range = { rowStart: first, rowEnd: end, columns: [...wanted] }
    const rows = await readable(path, () => parquetReadObjects({ file, metadata, compressors, ...range }))
    for (let at = 0; at < rows.length; at += size) {
      const some = rows.slice(at, at + size)
      const cells = new Map(
        wanted.map((column) => [
          column,
          some.map((row, index) => cellOf(row[column], { name: path, row: first + at + index + 1, column })),
        ]),
      )
      yield { first: first + at + 1, count: some.length, cells }
    }
    first = end
  }
}

/** What hyparquet reads; where it cannot, an error for people. */
async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    throw new SluiceError('table-file/parquet', { path, reason: (cause as Error).message }, { cause })
  }
}
