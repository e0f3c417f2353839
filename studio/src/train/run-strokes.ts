import { type Stroke, dashed, strokeOf } from '../ui/stroke.ts'

const runColours = ['--orange', '--third', '--fourth', '--fifth'] as const

/** How the losses and the validations of a run are drawn, by its number: no two of eight alike. */
export function runStrokes(index: number): readonly [loss: Stroke, validation: Stroke] {
  const loss = strokeOf(index, runColours)
  return [loss, { ...loss, dashes: loss.dashes === undefined ? dashed : '2 3' }]
}
