import { SluiceError } from '../core/errors.ts'
import {
  type Cell,
  type List,
  type Place,
  type RowBatch,
  type Table,
  finiteNumber,
  isList,
  present,
  presentText,
} from '../data/all.ts'

/** A row of a table, or the rows that have one name: then each cell is the list of theirs. */
export interface Item {
  /** From 0. */
  readonly number: number
  readonly cells: ReadonlyMap<string, Cell>
  /** Where a cell stands, for errors. */
  place(column: string): Place
}

/** Which rows are one item: those with one name in a column, which stand together in the order of time, or so many. */
export interface Grouping {
  readonly id?: string
  readonly rows?: number
}

/**
 * The items of a table one after the other: its rows, or groups of them.
 * @throws SluiceError `table-column`, `table-row` or `series-order`
 */
export async function* itemsOf(
  table: Table,
  columns: readonly string[],
  { id, rows }: Grouping = {},
): AsyncGenerator<Item> {
  const wanted = [...new Set([...(id === undefined ? [] : [id]), ...columns])]
  const groups = new Groups(table, columns)
  for await (const batch of table.batches(wanted)) {
    for (let row = 0; row < batch.count; row++) {
      const number = batch.first + row - 1
      if (id !== undefined) yield* groups.add(batch, row, nameAt(table, batch, row, id))
      else if (rows !== undefined) yield* groups.add(batch, row, String(Math.floor(number / rows)))
      else yield itemAt(table, batch, row, columns)
    }
  }
  yield* groups.end()
}

function nameAt({ name }: Table, { first, lines, cells }: RowBatch, row: number, column: string): string {
  const place = { name, row: first + row, line: lines?.[row], column }
  return presentText(cells.get(column)![row]!, () => place).trim()
}

function itemAt(
  { name }: Table,
  { first, lines, cells }: RowBatch,
  row: number,
  columns: readonly string[],
): Item {
  return {
    number: first + row - 1,
    cells: new Map(columns.map((column) => [column, cells.get(column)![row]!])),
    place: (column) => ({ name, row: first + row, line: lines?.[row], column }),
  }
}

/** Rows of one name that stand together become one item. */
class Groups {
  readonly #table: Table
  readonly #columns: readonly string[]
  readonly #seen = new Set<string>()
  #lists: Map<string, Cell[]> | undefined
  #name = ''
  #first = 0

  constructor(table: Table, columns: readonly string[]) {
    this.#table = table
    this.#columns = columns
  }

  /** Adds a row; gives the item before, if this row begins another. */
  *add({ first, lines, cells }: RowBatch, row: number, name: string): Generator<Item> {
    if (!this.#lists || name !== this.#name) {
      yield* this.end()
      if (this.#seen.has(name))
        throw new SluiceError('series-order/apart', {
          name: this.#table.name,
          row: first + row,
          line: lines?.[row],
          id: name,
        })
      this.#seen.add(name)
      this.#lists = new Map(this.#columns.map((column) => [column, []]))
      this.#name = name
      this.#first = first + row
    }
    for (const [column, list] of this.#lists) list.push(cells.get(column)![row]!)
  }

  /** The item that is not given yet. */
  *end(): Generator<Item> {
    if (!this.#lists) return
    const [number, row, cells] = [this.#seen.size - 1, this.#first, this.#lists]
    const { name } = this.#table
    this.#lists = undefined
    yield { number, cells, place: (column) => ({ name, row, column }) }
  }
}

/** A cell of an item. */
export const cellAt = (item: Item, column: string): Cell => item.cells.get(column) ?? null

/** The text of a cell, which is there. @throws SluiceError `table-cell` */
export function textAt(item: Item, column: string): string {
  return presentText(cellAt(item, column), () => item.place(column))
}

/** The text of a cell that a model reads, which is not empty. @throws SluiceError `sequence-length` */
export function sourceAt(item: Item, column: string): string {
  if (String(cellAt(item, column) ?? '').trim() === '')
    throw new SluiceError('sequence-length/text', { ...item.place(column) })
  return textAt(item, column)
}

/** The list of a cell, which is not empty. @throws SluiceError `table-cell` or `sequence-length` */
export function listAt(item: Item, column: string): List {
  const cell = present(cellAt(item, column), () => item.place(column))
  if (!isList(cell)) throw new SluiceError('table-cell/list', { ...item.place(column) })
  if (cell.length === 0) throw new SluiceError('sequence-length/row', { ...item.place(column) })
  return cell
}

/** The place of an entry of a list: rows that are taken together count on. */
export function entryPlace(item: Item, column: string, index: number, grouped: boolean): Place {
  const place = item.place(column)
  return grouped ? { ...place, row: place.row + index } : place
}

/** The number that a cell, or an entry of a list, holds. @throws SluiceError `table-cell` */
export function numberAt(cell: unknown, place: () => Place): number {
  return finiteNumber(cell as Cell, place)
}
