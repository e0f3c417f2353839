import { compile } from 'sluice/equations'
import { type GradientCheck, checkGradient, fittingSizes } from 'sluice/inspect'
import type { CellChoice } from './messages.ts'

/** Compares the derivative of a cell with finite differences, for small sizes. */
export async function checkCell({ name, equations }: CellChoice): Promise<GradientCheck> {
  const cell = compile(equations, { name })
  return checkGradient(cell, fittingSizes(cell, {}))
}
