/** Points of one line: places that rise, and numbers at them. */
export interface Points {
  readonly x: readonly number[]
  readonly y: readonly (number | null)[]
}

/** Lines over one common axis: all places of all of them, and for each line its numbers there; null where it has none. */
export function aligned(lines: readonly Points[]): {
  readonly x: readonly number[]
  readonly columns: readonly (readonly (number | null)[])[]
} {
  const x = [...new Set(lines.flatMap((line) => line.x))].sort((a, b) => a - b)
  const columns = lines.map((line) => {
    const known = new Map(line.x.map((place, index) => [place, line.y[index] ?? null]))
    return x.map((place) => known.get(place) ?? null)
  })
  return { x, columns }
}
