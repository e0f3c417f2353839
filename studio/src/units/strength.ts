/** How much a score says, from 0 to 1: an area under the curve of 0 says as much as one of 1. */
export function strength({
  score,
  measure,
}: {
  readonly score: number
  readonly measure: 'auc' | 'r2'
}): number {
  return measure === 'auc' ? Math.abs(2 * score - 1) : Math.max(0, score)
}
