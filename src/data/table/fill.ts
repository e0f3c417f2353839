import { SluiceError } from '../../core/errors.ts'

/**
 * What takes the place of missing numbers: the value before, zero, the mean of the column, or what lies on the line
 * between the neighbours (at the ends the nearest value). Linear filling and a mean over all rows look ahead.
 */
export type Filling = 'previous' | 'zero' | 'mean' | 'linear'

/** All ways of filling. */
export const fillings: readonly Filling[] = ['previous', 'zero', 'mean', 'linear']

/** Where a column stands, for errors. */
export interface FilledColumn {
  readonly name: string
  readonly column: string
  /** Rows from the start that the mean is taken of, such as those of the training part; all unless given. */
  readonly meanOf?: number
  /** The mean itself, where it is known before. */
  readonly mean?: number | undefined
}

/**
 * Fills the NaN of a column in place.
 * @throws SluiceError `table-cell` where nothing stands before the first value to repeat, or no value at all
 */
export function fillMissing(values: Float64Array, filling: Filling, where: FilledColumn): void {
  if (!values.some(Number.isNaN)) return
  if (filling === 'zero') return replace(values, () => 0)
  if (filling === 'mean' && where.mean !== undefined) return replace(values, () => where.mean!)
  if (values.every(Number.isNaN)) throw new SluiceError('table-cell/all', names(where))
  if (filling === 'previous') return repeat(values, where)
  if (filling === 'linear') return interpolate(values)
  const mean = knownMean(values, where.meanOf)
  if (mean === undefined) throw new SluiceError('table-cell/all', names(where))
  replace(values, () => mean)
}

/** The mean of what is known of the first rows of a column; undefined where nothing is. */
export function knownMean(values: Float64Array, rows?: number): number | undefined {
  const known = values.subarray(0, rows).filter((value) => !Number.isNaN(value))
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length
}

const names = ({ name, column }: FilledColumn) => ({ name, column })

function replace(values: Float64Array, value: (index: number) => number): void {
  for (let index = 0; index < values.length; index++)
    if (Number.isNaN(values[index])) values[index] = value(index)
}

function repeat(values: Float64Array, where: FilledColumn): void {
  const first = values.findIndex((value) => !Number.isNaN(value))
  if (first > 0) throw new SluiceError('table-cell/first', { ...names(where), row: first + 1 })
  replace(values, (index) => values[index - 1]!)
}

function interpolate(values: Float64Array): void {
  let before = -1
  for (let index = 0; index <= values.length; index++) {
    if (index < values.length && Number.isNaN(values[index])) continue
    const left = values[before] ?? values[index]!
    const right = values[index] ?? left
    for (let gap = before + 1; gap < index; gap++)
      values[gap] = left + ((right - left) * (gap - before)) / (index - before)
    before = index
  }
}
