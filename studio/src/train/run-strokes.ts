import { type Stroke, dashed } from '../ui/stroke.ts'

const runColours = ['--orange', '--third', '--fourth', '--fifth'] as const

/** How the losses and the validations of a run are drawn, by its number: no two of eight alike. */
export function runStrokes(index: number): readonly [loss: Stroke, validation: Stroke] {
  const colour = runColours[index % runColours.length]!
  const isSecondRound = Math.floor(index / runColours.length) % 2 === 1
  const common = { colour, width: 2 }
  if (isSecondRound)
    return [
      { ...common, dashes: '12 3 2 3' },
      { ...common, dashes: '2 3' },
    ]
  return [common, { ...common, dashes: dashed }]
}
