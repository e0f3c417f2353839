import { SluiceError } from '../../core/errors.ts'
import type { Cell, List, Place } from './table.ts'
import { timeOf } from './time.ts'

/** What a column holds: numbers, names of classes, times, or texts. */
export type Kind = 'number' | 'category' | 'timestamp' | 'text'

/** The same, or lists: of numbers, of texts, or of lists. */
export type ColumnKind = Kind | 'list'

/** Whether a cell holds a list. */
export const isList = (cell: Cell | undefined): cell is List => Array.isArray(cell)

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const notFinite = /^[+-]?(?:nan|inf|infinity)$/i

/**
 * What stands for a missing value.
 * @param blank words besides the empty cell, numbers as they are written, such as -999
 */
export function isMissing(cell: Cell | undefined, blank: readonly string[]): boolean {
  if (cell === null || cell === undefined) return true
  if (typeof cell === 'object') return false
  const word = String(cell).trim()
  return word === '' || blank.includes(word)
}

/** The number of a cell: NaN and infinities where they are written as such. @throws SluiceError `table-cell` */
export function numberOf(cell: Cell, place: Place): number {
  const number = numberIn(cell)
  if (number !== undefined) return number
  refuseList(cell, place)
  throw new SluiceError('table-cell/number', { ...place, value: shown(cell) })
}

function numberIn(cell: Cell): number | undefined {
  if (typeof cell === 'number') return cell
  if (typeof cell === 'boolean') return cell ? 1 : 0
  const word = typeof cell === 'string' ? cell.trim() : ''
  if (decimal.test(word)) return Number(word)
  if (!notFinite.test(word)) return undefined
  return /nan/i.test(word) ? NaN : word.startsWith('-') ? -Infinity : Infinity
}

/** Milliseconds since the start of 1970 in UTC; see `timeOf`. @throws SluiceError `table-cell` */
export function timestampOf(cell: Cell, place: Place): number {
  refuseList(cell, place)
  const time = cell instanceof Date ? cell.getTime() : timeOf(String(cell).trim())
  if (time !== undefined && Number.isFinite(time)) return time
  throw new SluiceError('table-cell/timestamp', { ...place, value: shown(cell) })
}

/** Refuses a list where one thing is wanted. @throws SluiceError `table-cell` */
export function refuseList(cell: Cell, place: Place): void {
  if (isList(cell)) throw new SluiceError('table-cell/nested', { ...place })
}

/** The text of a cell. */
export function textOf(cell: Cell): string {
  return cell instanceof Date ? cell.toISOString() : String(cell)
}

/** The start of what stands in a cell, for messages. */
function shown(cell: Cell): string {
  const text = cell === null ? '' : textOf(cell)
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

/**
 * What all cells that are there can be read as: lists, else numbers, else times, else texts (where one is longer than 60 characters, or
 * more than half of over 20 cells are different), else categories.
 */
export function kindOf(cells: readonly Cell[], blank: readonly string[]): ColumnKind {
  const there = cells.filter((cell) => !isMissing(cell, blank))
  if (there.length > 0 && there.every(isList)) return 'list'
  if (there.length > 0 && there.every((cell) => numberIn(cell) !== undefined)) return 'number'
  const isTime = (cell: Cell): boolean =>
    cell instanceof Date || (typeof cell === 'string' && timeOf(cell.trim()) !== undefined)
  if (there.length > 0 && there.every(isTime)) return 'timestamp'
  const different = new Set(there.map(textOf))
  const isLong = there.some((cell) => textOf(cell).length > 60)
  return isLong || (there.length > 20 && different.size > there.length / 2) ? 'text' : 'category'
}
