import type { Example } from 'sluice'
import { Stream } from 'sluice/data'

const languages = {
  France: 'French',
  Spain: 'Spanish',
  Turkey: 'Turkish',
  Japan: 'Japanese',
  Greece: 'Greek',
}
const subjects = { doctor: 'biology', lawyer: 'history', banker: 'mathematics', singer: 'music' }
const people = {
  she: { verb: 'speaks', possessive: 'her' },
  he: { verb: 'speaks', possessive: 'his' },
  they: { verb: 'speak', possessive: 'their' },
}

const adjectives = ['old', 'small', 'green', 'quiet', 'long', 'cold', 'bright']
const nouns = ['river', 'house', 'road', 'garden', 'train', 'letter', 'market', 'window']
const verbs = ['crosses', 'follows', 'meets', 'hides', 'passes', 'touches']

/** What is asked for, in the order of the blanks of a story. */
export const questions = ['verb', 'language', 'possessive', 'subject'] as const

const words = [
  ...'grew up in and became a doctors lawyers bankers singers . today fluent favourite was the'.split(' '),
  ...Object.entries(languages).flat(),
  ...Object.entries(subjects).flat(),
  ...Object.entries(people).flatMap(([person, { verb, possessive }]) => [person, verb, possessive]),
  ...[adjectives, nouns, verbs].flat(),
]

/** All words of the grammar. */
export const vocabulary: readonly string[] = [...new Set(words)]

/** A story: tokens to read, and at the four places that are asked for the next word; -1 elsewhere. */
export interface Story extends Example {
  readonly input: readonly number[]
  readonly target: readonly number[]
  readonly person: string
  readonly country: string
  /** Words before the last one of the gap, and with it. */
  readonly gapEnd: number
}

/**
 * Somebody, the country where they grew up and what they became; then `gap` words of sentences about other things; then
 *
 *     today (speaks) fluent (French) . (her) favourite subject was (biology)
 *
 * of which the words in brackets are asked for, each before it is read.
 */
export function story(random: Stream, gap: number): Story {
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]!
  const person = pick(Object.keys(people)) as keyof typeof people
  const country = pick(Object.keys(languages)) as keyof typeof languages
  const work = pick(Object.keys(subjects)) as keyof typeof subjects
  const { verb, possessive } = people[person]
  const became = person === 'they' ? ['became', `${work}s`] : ['became', 'a', work]
  const facts = [person, 'grew', 'up', 'in', country, 'and', ...became, '.']
  const between = filler(gap, pick)
  const end = [
    'today',
    verb,
    'fluent',
    languages[country],
    '.',
    possessive,
    'favourite',
    'was',
    subjects[work],
  ]
  const tokens = [...facts, ...between, ...end].map((word) => vocabulary.indexOf(word))
  const asked = new Set([0, 2, 4, 7].map((place) => facts.length + between.length + place))
  const target = tokens.map((_token, place) => (asked.has(place) ? tokens[place + 1]! : -1))
  const gapEnd = facts.length + between.length
  return { input: tokens.slice(0, -1), target: target.slice(0, -1), person, country, gapEnd }
}

/** So many words of sentences such as `the old house hides the river .`, the last of which is cut. */
function filler(count: number, pick: <T>(list: readonly T[]) => T): readonly string[] {
  const all: string[] = []
  while (all.length < count)
    all.push('the', pick(adjectives), pick(nouns), pick(verbs), 'the', pick(nouns), '.')
  return all.slice(0, count)
}

/** A gap whose logarithm is uniform between those of 2 and `longest`. */
function anyGap(random: Stream, longest: number): number {
  return Math.round(2 * (longest / 2) ** random.uniform())
}

/** Stories with gaps of 2 to `longest` words, short ones as often as long ones. */
export function manyStories(seed: number, count: number, longest: number): readonly Story[] {
  const random = new Stream(seed)
  return Array.from({ length: count }, () => story(random, anyGap(random, longest)))
}

/** Stories with the same gap. */
export function storiesOf(gap: number, seed: number, count: number): readonly Story[] {
  const random = new Stream(seed, gap)
  return Array.from({ length: count }, () => story(random, gap))
}
