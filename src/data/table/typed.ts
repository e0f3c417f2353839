import { SluiceError } from '../../core/errors.ts'
import {
  type ColumnKind,
  type Kind,
  isList,
  isMissing,
  kindOf,
  numberOf,
  refuseList,
  textOf,
  timestampOf,
} from './cells.ts'
import { type Cell, type Place, type Table, placeIn, requireColumns } from './table.ts'

/** How cells are read. */
export interface CellOptions {
  /** Words that stand for a missing value, such as `NA`; an empty cell always does. */
  readonly blank?: readonly string[]
  /** Keep missing numbers and NaN as NaN, to be filled; otherwise they are errors. */
  readonly keepMissing?: boolean
}

/** Some rows whose cells are read. */
export interface TypedBatch {
  /** Number of the first row, from 1. */
  readonly first: number
  readonly count: number
  /** Columns of numbers, and times in milliseconds since the start of 1970. */
  readonly numbers: ReadonlyMap<string, Float64Array>
  /** Columns of categories (without white space around them) and of texts. */
  readonly texts: ReadonlyMap<string, readonly string[]>
  /** Where the rows stand, for errors. */
  readonly place: (column: string, index: number) => Place
}

/**
 * Reads the columns of a table, each as its kind says, some rows at a time.
 * @throws SluiceError `table-column`, or `table-cell` with row, line and column of a cell that is not of its kind,
 *   missing, or not finite
 */
export async function* typedBatches(
  table: Table,
  kinds: Readonly<Record<string, Kind>>,
  options: CellOptions = {},
): AsyncGenerator<TypedBatch> {
  const columns = Object.keys(kinds)
  requireColumns(table, columns)
  for await (const batch of table.batches(columns)) {
    const place = (column: string, index: number): Place => placeIn(table, batch, column, index)
    const numbers = new Map<string, Float64Array>()
    const texts = new Map<string, readonly string[]>()
    for (const [column, kind] of Object.entries(kinds)) {
      const cells = batch.cells.get(column)!
      if (kind === 'number')
        numbers.set(
          column,
          numbersOf(cells, (index) => place(column, index), options),
        )
      else if (kind === 'timestamp')
        numbers.set(
          column,
          timesOf(cells, (index) => place(column, index), options),
        )
      else
        texts.set(
          column,
          textsOf(cells, (index) => place(column, index), kind, options),
        )
    }
    yield { first: batch.first, count: batch.count, numbers, texts, place }
  }
}

type PlaceAt = (index: number) => Place

function numbersOf(cells: readonly Cell[], place: PlaceAt, options: CellOptions): Float64Array {
  return Float64Array.from(cells, (cell, index) => finiteNumber(cell, () => place(index), options))
}

/** The number of a cell, NaN where it may be missing. @throws SluiceError `table-cell` */
export function finiteNumber(
  cell: Cell,
  place: () => Place,
  { blank = [], keepMissing = false }: CellOptions = {},
): number {
  if (typeof cell === 'number' && Number.isFinite(cell) && blank.length === 0) return cell
  if (isMissing(cell, blank)) {
    if (keepMissing) return NaN
    throw new SluiceError('table-cell/missing', { ...place() })
  }
  const number = numberOf(cell, place())
  if (Number.isFinite(number) || (keepMissing && Number.isNaN(number))) return number
  throw new SluiceError('table-cell/nan', { ...place(), value: String(number) })
}

function timesOf(cells: readonly Cell[], place: PlaceAt, { blank }: CellOptions): Float64Array {
  return Float64Array.from(cells, (cell, index) => {
    const there = present(cell, () => place(index), blank)
    return timestampOf(there, place(index))
  })
}

function textsOf(
  cells: readonly Cell[],
  place: PlaceAt,
  kind: Kind,
  { blank }: CellOptions,
): readonly string[] {
  return cells.map((cell, index) => {
    const text = presentText(cell, () => place(index), blank)
    return kind === 'category' ? text.trim() : text
  })
}

/** The text of a cell. @throws SluiceError `table-cell` */
export function presentText(cell: Cell, place: () => Place, blank?: readonly string[]): string {
  const there = present(cell, place, blank)
  if (isList(there)) refuseList(there, place())
  return textOf(there)
}

/** A cell that is there. @throws SluiceError `table-cell` */
export function present(cell: Cell, place: () => Place, blank: readonly string[] = []): Cell {
  if (!isMissing(cell, blank)) return cell
  throw new SluiceError('table-cell/missing', { ...place() })
}

/**
 * What each column holds, as its first rows tell: a later cell that is not of the kind is an error when it is read.
 * @param rows that are looked at. Default 1,000
 */
export async function inferKinds(
  table: Table,
  { rows = 1000, blank = [] }: { readonly rows?: number; readonly blank?: readonly string[] } = {},
): Promise<Readonly<Record<string, ColumnKind>>> {
  const seen = new Map<string, Cell[]>(table.columns.map((column) => [column, []]))
  let count = 0
  for await (const batch of table.batches()) {
    for (const [column, cells] of batch.cells)
      for (const cell of cells.slice(0, rows - count)) seen.get(column)!.push(cell)
    count += batch.count
    if (count >= rows) break
  }
  return Object.fromEntries([...seen].map(([column, cells]) => [column, kindOf(cells, blank)]))
}
