import { Stream } from 'sluice/data'

/** What a piece of a date tells. */
export type Part = 'year' | 'month' | 'day'

/** A date as people write it, and as machines do. */
export interface DatePair {
  readonly words: string
  /** Of each character in `words`: the part that it tells, if any. */
  readonly parts: readonly (Part | undefined)[]
  readonly iso: string
}

const months = 'January February March April May June July August September October November December'.split(
  ' ',
)
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
const units =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const ordinals =
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth'.split(
    ' ',
  )

/** 1 to 99 in words. */
function counted(n: number): string {
  if (n < 20) return units[n]!
  const ten = tens[Math.floor(n / 10) - 2]!
  return n % 10 === 0 ? ten : `${ten}-${units[n % 10]}`
}

/** 1 to 31 as an ordinal in words. */
function ordinal(n: number): string {
  if (n <= 20) return ordinals[n - 1]!
  if (n === 30) return 'thirtieth'
  return `${n < 30 ? 'twenty' : 'thirty'}-${ordinals[(n % 10) - 1]}`
}

/** A year as it is said. */
function year(n: number): string {
  const [century, rest] = [Math.floor(n / 100), n % 100]
  if (century === 20 && rest < 10) return rest === 0 ? 'two thousand' : `two thousand ${units[rest]}`
  if (rest === 0) return `${counted(century)} hundred`
  return `${counted(century)} ${rest < 10 ? `oh ${units[rest]}` : counted(rest)}`
}

function suffix(n: number): string {
  if (n > 10 && n < 14) return 'th'
  return ['th', 'st', 'nd', 'rd'][n % 10] ?? 'th'
}

const day = (date: Date): number => date.getUTCDate()
const month = (date: Date): string => months[date.getUTCMonth()]!
const weekday = (date: Date): string => weekdays[date.getUTCDay()]!

/** Each part in figures and in words. */
const spellings: Readonly<Record<string, readonly [Part, (date: Date) => string]>> = {
  D: ['day', (date) => String(day(date))],
  Dth: ['day', (date) => `${day(date)}${suffix(day(date))}`],
  Dwords: ['day', (date) => ordinal(day(date))],
  M: ['month', month],
  Mshort: ['month', (date) => month(date).slice(0, 3)],
  Y: ['year', (date) => String(date.getUTCFullYear())],
  Ywords: ['year', (date) => year(date.getUTCFullYear())],
}

/** Ways to write a date; W is the day of the week. */
const forms = [
  '{D} {M} {Y}',
  '{M} {D}, {Y}',
  '{W}, {D} {M} {Y}',
  'the {Dth} of {M} {Y}',
  '{Mshort} {D} {Y}',
  '{M} the {Dwords}, {Ywords}',
  'the {Dwords} of {M}, {Ywords}',
] as const

function written(form: string, date: Date): Omit<DatePair, 'iso'> {
  const pieces = form.split(/[{}]/).map((piece, i) => {
    const [part, spell] = (i % 2 === 1 ? spellings[piece] : undefined) ?? [undefined, undefined]
    return { part, text: spell?.(date) ?? (piece === 'W' ? weekday(date) : piece) }
  })
  return {
    words: pieces.map(({ text }) => text).join(''),
    parts: pieces.flatMap(({ part, text }) => Array.from(text, () => part)),
  }
}

/** Days that dates are taken from: 1900 to 2099. */
const first = Date.UTC(1900, 0, 1)
const days = 73_049

/**
 * Dates of 200 years in their order shuffled by a seed, each once, in a form of its own.
 * @param count at most 73,049
 */
export function dates(seed: number, count: number): readonly DatePair[] {
  const random = new Stream(seed, 7)
  const order = random.shuffle(Array.from({ length: days }, (_unused, number) => number))
  return order.slice(0, count).map((number) => {
    const date = new Date(first + number * 86_400_000)
    return { ...written(forms[random.below(forms.length)]!, date), iso: date.toISOString().slice(0, 10) }
  })
}
