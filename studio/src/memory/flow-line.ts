/** Norms as powers of ten of the largest of them, none below the lowest; null where one is no number. */
export function flowLine(norms: ArrayLike<number>, lowest: number): readonly (number | null)[] {
  const all = Array.from(norms)
  const most = all.reduce((size, norm) => (norm < Infinity ? Math.max(size, norm) : size), 0)
  const power = (norm: number): number => Math.max(lowest, Math.log10(norm / most))
  return all.map((norm) => (most > 0 && norm < Infinity ? power(norm) : null))
}
