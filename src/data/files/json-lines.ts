import { SluiceError } from '../../core/errors.ts'
import type { Cell } from '../table/table.ts'
import type { SourceRow } from './rows.ts'

/** A row as JSON has it: cells by name. */
export interface JsonRow {
  readonly object: Readonly<Record<string, unknown>>
  readonly line: number
}

/** Objects of a text with one on each line. Empty lines are left out. @throws SluiceError `table-row` with the line */
export async function* jsonRows(
  chunks: AsyncIterable<string>,
  name: string,
): AsyncGenerator<readonly JsonRow[]> {
  let rest = ''
  let line = 0
  const read = (text: string): readonly JsonRow[] => {
    line++
    return text.trim() === '' ? [] : [{ object: objectOf(text, name, line), line }]
  }
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    yield lines.flatMap(read)
  }
  yield read(rest)
}

function objectOf(text: string, name: string, line: number): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new SluiceError('table-row/json', { name, line, reason: (cause as Error).message }, { cause })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new SluiceError('table-row/object', { name, line })
}

/** The cells of some columns. @throws SluiceError `table-cell` for objects */
export async function* cellsOfJson(
  rows: AsyncIterable<readonly JsonRow[]>,
  columns: readonly string[],
  name: string,
): AsyncGenerator<readonly SourceRow[]> {
  let row = 0
  for await (const some of rows) {
    yield some.map(({ object, line }) => {
      row++
      return {
        cells: columns.map((column) => cellOf(own(object, column), { name, row, line, column })),
        line,
      }
    })
  }
}

const own = (object: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined

/** A value as a cell; a whole number that is too large for one keeps its digits. @throws SluiceError `table-cell` for objects and bytes */
export function cellOf(
  value: unknown,
  place: { readonly name: string; readonly row: number; readonly line?: number; readonly column: string },
): Cell {
  if (value === undefined || value === null) return null
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (value instanceof Date || Array.isArray(value)) return value
  throw new SluiceError('table-cell/nested', place)
}
