import { Stream } from '../core/random.ts'
import { norm } from './vectors.ts'

/** Columns of a matrix at several steps: `[steps][rows][size]`. */
export interface Columns {
  readonly size: number
  readonly data: ArrayLike<number>
}

const mostRounds = 200
const closeEnough = 1e-7

/**
 * The most that a square matrix makes any vector longer: its spectral norm, by power iteration from a fixed start, to about
 * four digits and mostly more.
 * @param parts its columns side by side, of which the matrix at `step` is meant
 */
export function largestStretch(parts: readonly Columns[], rows: number, step: number): number {
  const matrix = gathered(parts, rows, step)
  const random = new Stream(1)
  let vector = Float64Array.from({ length: rows }, () => random.normal())
  let stretch = 0
  for (let round = 0; round < mostRounds; round++) {
    const length = norm(vector)
    if (length === 0 || !Number.isFinite(length)) return length
    const unit = vector.map((x) => x / length)
    const image = times(matrix, unit, rows)
    const next = norm(image)
    vector = timesTransposed(matrix, image, rows)
    if (Math.abs(next - stretch) <= closeEnough * next) return next
    stretch = next
  }
  return stretch
}

function gathered(parts: readonly Columns[], rows: number, step: number): Float64Array {
  const matrix = new Float64Array(rows * rows)
  let first = 0
  for (const { size, data } of parts) {
    for (let row = 0; row < rows; row++) {
      const from = (step * rows + row) * size
      for (let i = 0; i < size; i++) matrix[row * rows + first + i] = data[from + i]!
    }
    first += size
  }
  return matrix
}

function times(matrix: Float64Array, vector: Float64Array, rows: number): Float64Array {
  return vector.map((_unused, row) => {
    let sum = 0
    for (let i = 0; i < rows; i++) sum += matrix[row * rows + i]! * vector[i]!
    return sum
  })
}

function timesTransposed(
  matrix: Float64Array,
  vector: Float64Array,
  rows: number,
): Float64Array<ArrayBuffer> {
  const result = new Float64Array(rows)
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < rows; i++) result[i]! += matrix[row * rows + i]! * vector[row]!
  return result
}
