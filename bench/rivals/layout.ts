/**
 * Equal blocks of an array in another order.
 * @param order for each block of the result its place in `values`
 */
export function reordered(values: readonly number[], order: readonly number[]): readonly number[] {
  const size = values.length / order.length
  return order.flatMap((block) => values.slice(block * size, (block + 1) * size))
}

/** A row-major matrix of so many columns, transposed. */
export function transposed(values: readonly number[], columns: number): readonly number[] {
  const rows = values.length / columns
  return values.map((_value, index) => values[(index % rows) * columns + Math.floor(index / rows)]!)
}
