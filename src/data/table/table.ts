import { SluiceError } from '../../core/errors.ts'

/** A list in a cell, as JSON has it. */
export type List = readonly unknown[]

/** A cell as a file has it; null where nothing stands. */
export type Cell = string | number | boolean | Date | List | null

/** Some rows of a table, column by column. */
export interface RowBatch {
  /** Number of the first row, from 1. */
  readonly first: number
  readonly count: number
  readonly cells: ReadonlyMap<string, readonly Cell[]>
  /** Line of the file on which each row begins; absent where a file has no lines. */
  readonly lines?: readonly number[]
}

/** Rows of named columns that are read from their source as they are needed, any number of times. */
export interface Table {
  /** What it is, for errors. */
  readonly name: string
  readonly columns: readonly string[]
  /**
   * The rows from the first to the last.
   * @param columns those that are wanted; all unless given
   */
  batches(columns?: readonly string[]): AsyncIterable<RowBatch>
}

/** Where a cell stands. */
export interface Place {
  readonly name: string
  readonly row: number
  readonly line?: number | undefined
  readonly column: string
}

/** The place of a cell of a batch. */
export function placeIn(table: Table, batch: RowBatch, column: string, index: number): Place {
  return { name: table.name, row: batch.first + index, line: batch.lines?.[index], column }
}

/** Rows that a batch of a file has at most. */
export const batchRows = 1024

/** Refuses columns that a table does not have or that are wanted twice, and none at all. @throws SluiceError `table-column` */
export function requireColumns(
  { name, columns }: Pick<Table, 'name' | 'columns'>,
  wanted: readonly string[],
): void {
  if (wanted.length === 0) throw new SluiceError('table-column/none', { name })
  wanted.forEach((column, index) => {
    if (!columns.includes(column))
      throw new SluiceError('table-column/missing', { name, column, columns: columns.join(', ') })
    if (wanted.indexOf(column) < index) throw new SluiceError('table-column/again', { name, column })
  })
}

/** Refuses names that are empty or there twice. @throws SluiceError `table-column` */
export function requireNames(name: string, columns: readonly string[]): void {
  columns.forEach((column, index) => {
    if (column === '') throw new SluiceError('table-column/unnamed', { name, number: index + 1 })
    if (columns.indexOf(column) < index) throw new SluiceError('table-column/twice', { name, column })
  })
}

/** A table of rows in memory; its columns are the keys of the first row. @throws SluiceError `table-file` without rows */
export function tableFrom(rows: readonly Readonly<Record<string, Cell>>[], name = 'the table'): Table {
  if (rows.length === 0) throw new SluiceError('table-file/empty', { path: name })
  const columns = Object.keys(rows[0]!)
  return {
    name,
    columns,
    async *batches(wanted = columns) {
      requireColumns({ name, columns }, wanted)
      const cells = new Map(wanted.map((column) => [column, rows.map((row) => row[column] ?? null)]))
      yield { first: 1, count: rows.length, cells }
    },
  }
}
