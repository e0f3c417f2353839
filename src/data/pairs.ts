import { SluiceError } from '../core/errors.ts'
import { type Table, requireColumns } from './table/table.ts'
import { typedBatches } from './table/typed.ts'

/** A text and what it becomes. */
export interface Pair {
  readonly source: string
  readonly target: string
}

/** The lines of a text; a line end at its end begins no further line. */
export function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/**
 * Pairs of the lines of two texts.
 * @param name what they are, for errors
 * @throws SluiceError `pairs-line` where one text has more lines, or a line is empty
 */
export function pairsOf(sources: string, targets: string, name = 'the pairs'): readonly Pair[] {
  const [from, to] = [linesOf(sources), linesOf(targets)]
  if (from.length !== to.length) {
    const line = Math.min(from.length, to.length) + 1
    const counts = { name, line, sources: from.length, targets: to.length }
    throw new SluiceError(from.length > to.length ? 'pairs-line/target' : 'pairs-line/source', counts)
  }
  return from.map((source, index) => filled({ source, target: to[index]! }, name, index + 1))
}

/** Pairs of a text whose lines hold a source, a tab and a target. @throws SluiceError `pairs-line` */
export function dividedPairs(text: string, name = 'the pairs'): readonly Pair[] {
  return linesOf(text).map((line, index) => {
    const tab = line.indexOf('\t')
    if (tab < 0) throw new SluiceError('pairs-line/divided', { name, line: index + 1 })
    return filled({ source: line.slice(0, tab), target: line.slice(tab + 1) }, name, index + 1)
  })
}

function filled(pair: Pair, name: string, line: number): Pair {
  const side = pair.source === '' ? 'source' : pair.target === '' ? 'target' : undefined
  if (side === undefined) return pair
  throw new SluiceError('pairs-line/empty', { name, line, side })
}

/** Pairs of two columns of a table. @throws SluiceError `table-column`, or `table-cell` for an empty one */
export async function readPairs(
  table: Table,
  { source, target }: { readonly source: string; readonly target: string },
): Promise<readonly Pair[]> {
  requireColumns(table, [source, target])
  const pairs: Pair[] = []
  for await (const { texts, count } of typedBatches(table, { [source]: 'text', [target]: 'text' })) {
    for (let row = 0; row < count; row++)
      pairs.push({ source: texts.get(source)![row]!, target: texts.get(target)![row]! })
  }
  return pairs
}
