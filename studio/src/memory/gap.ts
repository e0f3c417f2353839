/*
 * "I grew up in France … I speak fluent French": a made-up language in which one word early in a sentence decides another
 * one late in it. Every word is one symbol, so that a small model of characters learns it within seconds.
 */

const places = [
  ['France', 'French'],
  ['Spain', 'Spanish'],
  ['Italy', 'Italian'],
  ['Japan', 'Japanese'],
  ['Wales', 'Welsh'],
  ['Greece', 'Greek'],
] as const

/** The countries, by number, and their languages. */
export const countries: readonly string[] = places.map(([country]) => country)
export const languages: readonly string[] = places.map(([, language]) => language)

/** What stands between: always the same words in the same order, so that only its length is news. */
const between = ['and', 'the', 'years', 'went', 'by', 'like', 'boats', 'on', 'a', 'river'] as const

const symbols = {
  grew: '<',
  country: (number: number) => String.fromCharCode(65 + number),
  filler: (place: number) => String(place % between.length),
  speak: '>',
  language: (number: number) => String.fromCharCode(97 + number),
  end: '.',
}

/** The symbols of the languages, by number. */
export const languageSymbols: readonly string[] = languages.map((_language, number) =>
  symbols.language(number),
)

/** A sentence up to where the language is to be said, as symbols. */
export function question(country: number, gap: number): string {
  const fillers = Array.from({ length: gap }, (_unused, place) => symbols.filler(place))
  return [symbols.grew, symbols.country(country), ...fillers, symbols.speak].join('')
}

/** The same in words. */
export function questionText(country: number, gap: number): string {
  const fillers = Array.from({ length: gap }, (_unused, place) => between[place % between.length]!)
  return ['I grew up in', countries[country]!, ...fillers, '… I speak fluent'].join(' ')
}

/** Longest gap that models are trained on, and the longest that they are asked about. */
export const trainedGap = 20
export const longestGap = 60

/** A text of such sentences to learn from, the same every time: countries and gaps change without a pattern. */
export function lesson(sentences = 2400): string {
  let state = 20
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  return Array.from({ length: sentences }, () => {
    const country = next(countries.length)
    return question(country, next(trainedGap + 1)) + symbols.language(country) + symbols.end
  }).join('')
}
