/*
 * The text that the studio starts with, made here from small tables: enough quotes, brackets and paragraphs for a small
 * model to learn within seconds and for its units to have something to count.
 */

const people = ['the miller', 'the keeper', 'the ferryman', 'the weaver', 'the old captain', 'the smith']
const gates = ['the upper gate', 'the lower gate', 'the mill gate', 'the long sluice', 'the narrow lock']
const weathers = [
  'rain in the hills',
  'a dry summer',
  'the first frost',
  'snow on the moor',
  'a storm at sea',
]
const asides = [
  'never in the dark',
  'and only by half',
  'if the chain holds',
  'before the bell',
  'slowly, slowly',
]
const deeds = ['opened', 'closed', 'watched', 'painted', 'measured', 'forgot']
const waters = ['the river', 'the canal', 'the pond', 'the harbour', 'the little stream']
const moods = ['rose', 'fell', 'stood still', 'ran clear', 'turned brown', 'went quiet']

/** Choices that repeat for everyone: a linear congruential generator, good enough to shuffle sentences. */
class Choices {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  of<T>(list: readonly T[]): T {
    this.#state = (Math.imul(this.#state, 1103515245) + 12345) >>> 0
    return list[Math.floor((this.#state / 2 ** 32) * list.length)]!
  }
}

const sentences: readonly ((choose: Choices) => string)[] = [
  (choose) => `"Open ${choose.of(gates)} (${choose.of(asides)})," said ${choose.of(people)}.`,
  (choose) =>
    `"After ${choose.of(weathers)}," said ${choose.of(people)}, "${choose.of(waters)} ${choose.of(moods)}."`,
  (choose) =>
    capital(
      `${choose.of(people)} ${choose.of(deeds)} ${choose.of(gates)}, and ${choose.of(waters)} ${choose.of(moods)}.`,
    ),
  (choose) =>
    capital(
      `${choose.of(waters)} ${choose.of(moods)} (${choose.of(asides)}), for there was ${choose.of(weathers)}.`,
    ),
  (choose) => `"Who ${choose.of(deeds)} ${choose.of(gates)}?" asked ${choose.of(people)}.`,
  (choose) => capital(`${choose.of(people)} remembered ${choose.of(weathers)}.`),
]

/** A text about people at a river, of about so many characters. */
export function sampleText(length = 24_000): string {
  const choose = new Choices(7)
  const paragraphs: string[] = []
  for (let written = 0; written < length; written += paragraphs.at(-1)!.length + 2) {
    const count = choose.of([2, 3, 3, 4])
    paragraphs.push(Array.from({ length: count }, () => choose.of(sentences)(choose)).join('\n'))
  }
  return `${paragraphs.join('\n\n')}\n`
}

function capital(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1)
}
