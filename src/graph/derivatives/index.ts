import { arithmetic } from './arithmetic.ts'
import { attention } from './attention.ts'
import type { Derivative } from './derivative.ts'
import { functions } from './functions.ts'
import { structure } from './structure.ts'
import { window } from './window.ts'

/**
 * Derivatives of operations. They stand apart from the table because `differentiate` alone reads them, and a page loads
 * it with a runtime.
 */
export const derivatives: ReadonlyMap<string, Derivative> = new Map(
  Object.entries({ ...arithmetic, ...functions, ...structure, ...attention, ...window }),
)
