import type { Renaming } from '../math/equation.ts'

/*
 * The same cells are told in two ways: by gates on a cell state, and by memories that are learnt, forgotten, remembered
 * and used. A tradition has a word for each value of a cell, and perhaps another letter.
 */

export type Tradition = 'gates' | 'memories'

export const traditions = [
  { name: 'gates', title: 'gates', hint: 'forget, input and output gate; update and reset gate' },
  {
    name: 'memories',
    title: 'memories',
    hint: 'learn, forget, remember and use; long-term and short-term memory',
  },
] as const

/** Words for the values of a cell, in the two traditions. */
type Words = Readonly<Record<string, readonly [gates: string, memories: string]>>

const fourGates: Words = {
  f: ['forget gate', 'forget gate: how much of the long-term memory stays'],
  i: ['input gate', 'learn gate: how much of it is learnt'],
  g: ['candidate', 'learn gate: what could be learnt'],
  c: ['cell state', 'remember gate: the long-term memory'],
  o: ['output gate', 'use gate: how much of it is of use'],
  h: ['hidden state', 'use gate: the short-term memory'],
  x: ['input', 'event'],
}

const updateGates: Words = {
  z: ['update gate', 'update gate: how much of the working memory stays'],
  r: ['reset gate', 'combine gate: how much of it goes with the event'],
  n: ['candidate', 'the new memory'],
  h: ['hidden state', 'working memory'],
  x: ['input', 'event'],
}

const told: Words = {
  n: ['candidate', 'what could be learnt'],
  i: ['input gate', 'how much of it is learnt'],
  learn: ['what is written', 'learn gate'],
  f: ['forget gate', 'how much of the long-term memory stays'],
  forget: ['what is kept', 'forget gate'],
  remember: ['new cell state', 'remember gate'],
  LTM: ['cell state', 'long-term memory'],
  u: ['squashed memory', 'what could be of use'],
  v: ['output gate', 'how much of it is of use'],
  use: ['new hidden state', 'use gate'],
  STM: ['hidden state', 'short-term memory'],
  E: ['input', 'event'],
}

const letters: Readonly<Record<'four' | 'update', Renaming>> = {
  four: { c: 'LTM', h: 'STM', x: 'E', g: 'N', o: 'V' },
  update: { h: 'WM', x: 'E', n: 'N' },
}

/** What a tradition says of a cell: words for its values, and other letters. */
export interface Telling {
  readonly words: Readonly<Record<string, string>>
  readonly renaming: Renaming
}

/** How a tradition tells a cell, which is known by the names of its values; other cells get no words. */
export function tellingOf(names: readonly string[], tradition: Tradition): Telling {
  const has = (...wanted: readonly string[]): boolean => wanted.every((name) => names.includes(name))
  const place = tradition === 'gates' ? 0 : 1
  const tell = (words: Words, renaming: Renaming): Telling => ({
    words: Object.fromEntries(Object.entries(words).map(([name, both]) => [name, both[place]])),
    renaming: tradition === 'memories' ? renaming : {},
  })
  if (has('LTM', 'STM')) return tell(told, {})
  if (has('c', 'h', 'g')) return tell(fourGates, letters.four)
  if (has('z', 'r', 'h')) return tell(updateGates, letters.update)
  return { words: {}, renaming: {} }
}
