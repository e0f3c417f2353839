import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { decoders, library } from '../src/cells/index.ts'
import { filesBelow } from './files.ts'

/*
 * No cell is special: below the library nothing may know one by name. This holds the sources to it, comments included;
 * a comment may name a cell where it cites the paper that has it.
 */

/** Names that belong to others: char-rnn is a program, and this is an option of it. */
const foreign = /char-rnn|rnn[-_]size/gi

/** A comment that cites: authors and a year in parentheses. */
const citation = /\([^()]*\b(?:19|20)\d\d\b[^()]*\)/

const comment = /\/\*[^]*?\*\/|(?:^[ \t]*\/\/.*\n?)+/gm

/** A word that is the name of a cell, and the line that it stands on (from 1). */
export interface Named {
  readonly word: string
  readonly line: number
}

/**
 * Cells that a source names, as words or as parts of words: `gru`, `GRU`, `gruGradient`, `peephole_lstm`.
 * @param names of cells, in lower case, with underscores
 */
export function cellsNamed(text: string, names: readonly string[]): readonly Named[] {
  const plain = new Set(names.map((name) => name.replaceAll('_', '')))
  const longest = Math.max(...names.map((name) => name.split('_').length))
  const checked = text
    .replace(comment, (block) => (citation.test(block) ? blank(block) : block))
    .replace(foreign, blank)
  return [...checked.matchAll(/[A-Za-z][\w-]*/g)].flatMap(({ 0: word, index }) =>
    joined(partsOf(word), longest).some((part) => plain.has(part))
      ? [{ word, line: checked.slice(0, index).split('\n').length }]
      : [],
  )
}

/** As long and on as many lines, without a word. */
function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}

/** The words that a name is made of, in lower case: `fourGateLSTM_step` has four, gate, lstm, step. */
function partsOf(name: string): readonly string[] {
  const spaced = name.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
  return spaced.toLowerCase().split(/[\s_-]+/)
}

/** All runs of up to `longest` neighbours, as one word each. */
function joined(parts: readonly string[], longest: number): readonly string[] {
  return parts.flatMap((_part, start) =>
    Array.from({ length: longest }, (_unused, more) => parts.slice(start, start + more + 1).join('')),
  )
}

function main(): void {
  const root = fileURLToPath(new URL('../', import.meta.url))
  const names = [...library, ...decoders.cells].map(({ name }) => name)
  const files = [...filesBelow(root, 'src', '.ts'), ...filesBelow(root, 'kernels', '')].filter(
    (path) => !path.startsWith('src/cells/'),
  )
  const complaints = files.flatMap((path) =>
    cellsNamed(readFileSync(root + path, 'utf8'), names).map(
      ({ word, line }) =>
        `${path}:${line}: '${word}' names a cell of the library; only src/cells may know one`,
    ),
  )
  for (const complaint of complaints) console.error(complaint)
  if (complaints.length > 0) process.exitCode = 1
  else console.log(`names: ${files.length} files know none of ${names.length} cells`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
