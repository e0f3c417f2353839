import type { Type } from './types.ts'
import { invariant } from '../core/errors.ts'

/** A float64 value: entries in row-major order, `[steps][rows][...shape]` as far as its extent goes. */
export interface Value {
  readonly type: Type
  readonly steps: number
  readonly rows: number
  readonly data: Float64Array
}

/** Entries of one row of a value. */
export function entries(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1)
}

/** How many times a value of this extent exists. */
export function copies(type: Type, steps: number, rows: number): number {
  return type.extent === 'once' ? 1 : type.extent === 'row' ? rows : steps * rows
}

/** A value of zeros. */
export function zeros(type: Type, steps: number, rows: number): Value {
  return { type, steps, rows, data: new Float64Array(copies(type, steps, rows) * entries(type.shape)) }
}

/** A value that holds the given entries; throws when their number is wrong. */
export function valueOf(type: Type, steps: number, rows: number, data: ArrayLike<number>): Value {
  const value = zeros(type, steps, rows)
  invariant(data.length === value.data.length, `${data.length} entries for a value of ${value.data.length}`)
  value.data.set(data)
  return value
}

/** Index into `value.data` of the entry that broadcasting shows at (step, row, entry). */
export function reader(value: Value): (step: number, row: number, entry: number) => number {
  const { data, rows } = value
  const size = entries(value.type.shape)
  const rowStride = value.type.extent === 'once' ? 0 : size
  const stepStride = value.type.extent === 'step' ? rows * size : 0
  const entryStride = size === 1 && value.type.shape.length === 0 ? 0 : 1
  return (step, row, entry) => data[step * stepStride + row * rowStride + entry * entryStride]!
}

/** Calls `visit` for each step and row on which a value of this type exists. */
export function eachRow(
  type: Type,
  steps: number,
  rows: number,
  visit: (step: number, row: number, index: number) => void,
): void {
  const lastStep = type.extent === 'step' ? steps : 1
  const lastRow = type.extent === 'once' ? 1 : rows
  for (let step = 0; step < lastStep; step++) {
    for (let row = 0; row < lastRow; row++) visit(step, row, step * lastRow + row)
  }
}

/** One step of a sequence, as a view. */
export function stepOf(value: Value, step: number): Value {
  const size = value.rows * entries(value.type.shape)
  const type: Type = { extent: 'row', shape: value.type.shape }
  return { ...value, type, steps: 1, data: value.data.subarray(step * size, (step + 1) * size) }
}

/** Writes the value of one step into a sequence, repeating a value that exists once over the rows. */
export function writeStep(target: Value, step: number, value: Value): void {
  const size = target.rows * entries(target.type.shape)
  const part = target.data.subarray(step * size, (step + 1) * size)
  for (let i = 0; i < size; i += value.data.length) part.set(value.data, i)
}

/** Some rows of a value of one step, in their order; a value that exists once is the same for all rows. */
export function takeRows(value: Value, rows: readonly number[]): Value {
  if (value.type.extent === 'once' || rows.length === value.rows) return value
  const size = entries(value.type.shape)
  const taken = zeros(value.type, 1, rows.length)
  rows.forEach((row, i) => taken.data.set(value.data.subarray(row * size, (row + 1) * size), i * size))
  return taken
}

/** Writes a value of some rows to those rows of another, repeating a value that exists once. */
export function putRows(target: Value, rows: readonly number[], part: Value): void {
  const size = entries(target.type.shape)
  const read = reader(part)
  rows.forEach((row, i) => {
    for (let entry = 0; entry < size; entry++) target.data[row * size + entry] = read(0, i, entry)
  })
}
