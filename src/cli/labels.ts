import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { SluiceError } from '../core/errors.ts'

/**
 * Columns of numbers by the names of their files, by their whole paths where two files have the same name; a first line that is no number is a heading.
 * @param all symbols of the whole text, of which only the first `count` are looked at
 */
export async function readLabels(
  paths: readonly string[],
  all: number,
  count: number,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const nameOf = (path: string): string =>
    paths.some((other) => other !== path && basename(other) === basename(path)) ? path : basename(path)
  const columns = paths.map(async (path) => {
    const column = await readColumn(path)
    return [nameOf(path), column.length === all ? column.slice(0, count) : column] as const
  })
  return Object.fromEntries(await Promise.all(columns))
}

async function readColumn(path: string): Promise<readonly number[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SluiceError('text-file/unreadable', { path, reason: (cause as Error).message }, { cause })
  })
  const lines = text.trimEnd().split(/\r?\n/)
  const isHeading = Number.isNaN(Number(lines[0]))
  return lines.slice(Number(isHeading)).map((line) => (line.trim() === '' ? NaN : Number(line)))
}
