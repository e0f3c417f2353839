import type { Cell, RowBatch } from '../table/table.ts'

/** A row as a source gives it: cells in the order of the header. */
export interface SourceRow {
  readonly cells: readonly Cell[]
  readonly line: number
}

/** Rows of any number at a time as batches of columns, the last of which is shorter. */
export async function* inBatches(
  source: AsyncIterable<readonly SourceRow[]>,
  header: readonly string[],
  columns: readonly string[],
  size: number,
): AsyncGenerator<RowBatch> {
  let rows: SourceRow[] = []
  let first = 1
  for await (const more of source) {
    rows = rows.concat(more)
    for (; rows.length >= size; first += size) yield batchOf(rows.splice(0, size), header, columns, first)
  }
  if (rows.length > 0) yield batchOf(rows, header, columns, first)
}

function batchOf(
  rows: readonly SourceRow[],
  header: readonly string[],
  columns: readonly string[],
  first: number,
): RowBatch {
  const cells = new Map(
    columns.map((column) => {
      const place = header.indexOf(column)
      return [column, rows.map((row) => row.cells[place] ?? null)]
    }),
  )
  return { first, count: rows.length, cells, lines: rows.map(({ line }) => line) }
}
