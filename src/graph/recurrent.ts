import { ancestors } from './ancestors.ts'
import type { StepGraph } from './types.ts'

/** Positions `from` to `to` of a vector, or columns of a matrix. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** The parts of a vector that depend on a previous state; concatenations are looked into. */
export function recurrentSpans(step: StepGraph, id: number, from = 0): readonly Span[] {
  const { op, inputs, type } = step.nodes[id]!
  if (op === 'concat') {
    let start = from
    return inputs.flatMap((input) => {
      const spans = recurrentSpans(step, input, start)
      start += step.nodes[input]!.type.shape[0]!
      return spans
    })
  }
  const needed = ancestors(step, [id])
  const depends = step.states.some(({ previous }) => needed.has(previous))
  return depends ? [{ from, to: from + type.shape[0]! }] : []
}

/** Spans side by side or one over another as one; undefined where something lies between. */
export function joined(spans: readonly Span[]): Span | undefined {
  const [first, ...others] = spans.toSorted((a, b) => a.from - b.from)
  return others.reduce<Span | undefined>(
    (whole, { from, to }) =>
      whole && from <= whole.to ? { from: whole.from, to: Math.max(whole.to, to) } : undefined,
    first,
  )
}
