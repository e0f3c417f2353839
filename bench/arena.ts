import { lower, plan } from '../src/plan/index.ts'
import { type CellName, type Configuration, modelOf } from './models.ts'
import { slots } from './sluice/trainer.ts'

/** Floats in a vector register of each instruction set. */
const vectorWidths: Readonly<Record<string, number>> = {
  baseline: 4,
  avx2: 8,
  avx512: 16,
  avx512bf16: 16,
  neon: 4,
  simd128: 4,
}

/**
 * Bytes of the arena that the plan of a configuration asks for: weights in all their copies, optimizer, window.
 * Undefined for an instruction set that is not known here.
 */
export function arenaBytes(cell: CellName, configuration: Configuration, isa: string): number | undefined {
  const vectorWidth = vectorWidths[isa]
  if (vectorWidth === undefined) return undefined
  const { task, batch: rows, steps } = configuration
  const training = task === 'training'
  const program = modelOf(cell, configuration).program({ rows, steps, training, slots })
  const carried = program.states.map(({ initial }) => initial)
  return 4 * lower(plan(program), { vectorWidth, rows, steps, slots: training ? slots : 0, carried }).arena
}
