import { type Stroke, dashed, dotted, strokeOf } from '../ui/stroke.ts'

const runColours = ['--orange', '--third', '--fourth', '--fifth'] as const

/** How the losses and the validations of a run are drawn, by its number: no two runs alike, validations in short dashes. */
export function runStrokes(index: number): readonly [loss: Stroke, validation: Stroke] {
  const loss = strokeOf(index, runColours)
  return [loss, { ...loss, dashes: dotted(dashed, Math.floor(index / runColours.length)) }]
}
