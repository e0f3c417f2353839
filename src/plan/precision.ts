/** Names of the precisions. */
export const precisionNames = ['float32', 'bf16'] as const

/**
 * What the operands of products are rounded to; sums, weights and everything between products stay in float32. In
 * `bf16` (8 bits of significance) products take half the memory and, where the processor has them, about half the time.
 */
export type Precision = (typeof precisionNames)[number]
