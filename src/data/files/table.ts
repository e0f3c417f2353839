import { extname } from 'node:path'
import { SluiceError } from '../../core/errors.ts'
import { knownKeys, oneOf, wholeNumber } from '../check.ts'
import { type RowBatch, type Table, batchRows, requireColumns, requireNames } from '../table/table.ts'
import { textChunks } from './bytes.ts'
import { csvRows } from './csv.ts'
import { cellsOfJson, jsonRows } from './json-lines.ts'
import { parquetTable } from './parquet.ts'
import { type SourceRow, inBatches } from './rows.ts'

/** Files that hold tables: values separated by commas or by tabs, one JSON object a line, Parquet. */
export type TableFormat = 'csv' | 'tsv' | 'jsonl' | 'parquet'

/** All formats of tables. */
export const tableFormats: readonly TableFormat[] = ['csv', 'tsv', 'jsonl', 'parquet']

/** How a table is read. */
export interface TableOptions {
  /** Absent: as the ending of the file says. */
  readonly format?: TableFormat
  /** The columns that are wanted, in this order; all unless given. */
  readonly columns?: readonly string[]
  /** Label of an encoding, such as `latin1`; absent: UTF-8. */
  readonly encoding?: string
  /** What separates the cells of CSV. Default a comma. */
  readonly delimiter?: string
  /** Names of the columns of a CSV or TSV file whose first line is a row already. */
  readonly header?: readonly string[]
  /** Most rows of a batch. Default 1,024. */
  readonly rows?: number
}

const endings: Readonly<Record<string, TableFormat>> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.tab': 'tsv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.parquet': 'parquet',
}

const known = ['format', 'columns', 'encoding', 'delimiter', 'header', 'rows']

/**
 * Opens a table: reads its header, and its rows when they are asked for, so that a file may be larger than memory. Cells of
 * CSV may stand in quotes, those of tab-separated values may not.
 * @throws SluiceError `text-file`, `table-file`, `table-column`, `table-row`, or `option-value`
 */
export async function readTable(path: string, options: TableOptions = {}): Promise<Table> {
  knownKeys('readTable', options, known)
  const rows = wholeNumber('rows', options.rows ?? batchRows, 1)
  const table = await opened(path, formatOf(path, options.format), options, rows)
  const { columns } = options
  if (!columns) return table
  requireColumns(table, columns)
  return { ...table, columns, batches: (wanted = columns) => table.batches(wanted) }
}

/** The format that is given, or that the ending of a file says. @throws SluiceError `table-file` */
export function formatOf(path: string, given?: TableFormat): TableFormat {
  const format =
    given === undefined ? endings[extname(path).toLowerCase()] : oneOf('format', given, tableFormats)
  if (format) return format
  throw new SluiceError('table-file/format', { path, formats: tableFormats.join(', ') })
}

function opened(path: string, format: TableFormat, options: TableOptions, rows: number): Promise<Table> {
  if (format === 'parquet') return parquetTable(path, rows)
  return format === 'jsonl' ? jsonTable(path, options, rows) : csvTable(path, format, options, rows)
}

async function jsonTable(path: string, { encoding }: TableOptions, size: number): Promise<Table> {
  const source = () => jsonRows(textChunks(path, encoding), path)
  const first = await firstOf(source())
  if (!first) throw new SluiceError('table-file/empty', { path })
  const columns = Object.keys(first.object)
  const batches = (wanted: readonly string[]) =>
    inBatches(cellsOfJson(source(), wanted, path), wanted, wanted, size)
  return tableOf(path, columns, batches)
}

async function csvTable(
  path: string,
  format: 'csv' | 'tsv',
  options: TableOptions,
  size: number,
): Promise<Table> {
  const { encoding, header } = options
  const delimiter = separator(options.delimiter ?? (format === 'csv' ? ',' : '\t'))
  const source = () => csvRows(textChunks(path, encoding), { delimiter, quoted: format === 'csv' }, path)
  const first = await firstOf(source())
  if (!first) throw new SluiceError('table-file/empty', { path })
  const columns = header ?? first.cells.map((cell) => String(cell).trim())
  const rows = () => sameLength(source(), columns.length, header === undefined, path)
  return tableOf(path, columns, (wanted) => inBatches(rows(), columns, wanted, size))
}

/** Refuses what cannot stand between cells. @throws SluiceError `option-value` */
function separator(delimiter: string): string {
  if (typeof delimiter === 'string' && /^[^"\r\n]+$/.test(delimiter)) return delimiter
  throw new SluiceError('option-value/delimiter', { value: JSON.stringify(delimiter) })
}

function tableOf(
  name: string,
  columns: readonly string[],
  batches: (wanted: readonly string[]) => AsyncIterable<RowBatch>,
): Table {
  requireNames(name, columns)
  return {
    name,
    columns,
    batches(wanted = columns) {
      requireColumns({ name, columns }, wanted)
      return batches(wanted)
    },
  }
}

/** The first row of some, whose source is closed. */
async function firstOf<Row>(source: AsyncIterable<readonly Row[]>): Promise<Row | undefined> {
  for await (const [first] of source) if (first !== undefined) return first
  return undefined
}

/** Rows below the header, each of its length. @throws SluiceError `table-row`, or `table-file` where there is none */
async function* sameLength(
  source: AsyncIterable<readonly SourceRow[]>,
  expected: number,
  hasHeader: boolean,
  name: string,
): AsyncGenerator<readonly SourceRow[]> {
  let skip = hasHeader ? 1 : 0
  let count = 0
  for await (const rows of source) {
    const below = rows.slice(skip)
    skip = Math.max(0, skip - rows.length)
    const odd = below.find(({ cells }) => cells.length !== expected)
    if (odd)
      throw new SluiceError('table-row/ragged', { name, line: odd.line, found: odd.cells.length, expected })
    count += below.length
    yield below
  }
  if (count === 0) throw new SluiceError('table-file/empty', { path: name })
}
