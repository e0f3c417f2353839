import type { Example } from 'sluice'
import { Stream } from 'sluice/data'

/** Numbers of a frame. */
export const frameSize = 12

/** Animals that say nothing about the last one. */
const others = ['deer', 'hare', 'squirrel', 'duck', 'owl', 'beetle', 'trout', 'mole'] as const

/** What the last frame shows. */
export const classes = ['dog', 'wolf'] as const

/** How strong noise is beside an animal, whose numbers are of size 1. */
const noise = 0.4

/** What each animal looks like; of the last one nobody can say whether it is a dog or a wolf. */
const looks = new Map(
  ['bear', 'dog or wolf', ...others].map((name, index) => {
    const random = new Stream(10, index)
    return [name, Array.from({ length: frameSize }, () => random.normal())]
  }),
)

/** A nature programme: its frames, and 1 if the animal at the end is a wolf. */
export interface Programme extends Example {
  readonly input: readonly (readonly number[])[]
  readonly target: number
}

/**
 * Some other animals, then a bear (only where wolves are) or one more of the others, then `gap` others, then the animal
 * that may be a dog or a wolf.
 */
export function programme(random: Stream, gap: number): Programme {
  const isWild = random.below(2) === 1
  const other = (): string => others[random.below(others.length)]!
  const many = (count: number): readonly string[] => Array.from({ length: count }, other)
  const animals = [...many(random.below(4)), isWild ? 'bear' : other(), ...many(gap), 'dog or wolf']
  return { input: animals.map((animal) => frame(random, animal)), target: isWild ? 1 : 0 }
}

function frame(random: Stream, animal: string): readonly number[] {
  return looks.get(animal)!.map((value) => value + noise * random.normal())
}

/** So many programmes, whose gaps follow one another from a list. */
export function programmes(seed: number, count: number, gaps: readonly number[]): readonly Programme[] {
  const random = new Stream(seed)
  return Array.from({ length: count }, (_unused, index) => programme(random, gaps[index % gaps.length]!))
}
