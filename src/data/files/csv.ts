import type { CsvError, Parser } from 'csv-parse'
import { SluiceError } from '../../core/errors.ts'
import type { SourceRow } from './rows.ts'

/** How cells are told apart. */
export interface Separation {
  readonly delimiter: string
  /** Whether cells may stand in quotes. */
  readonly quoted: boolean
}

/**
 * Rows of a text of separated values (RFC 4180), the header among them. Empty lines are left out.
 * @throws SluiceError `table-row` with the line of stray quotes
 */
export async function* csvRows(
  chunks: AsyncIterable<string>,
  { delimiter, quoted }: Separation,
  name: string,
): AsyncGenerator<readonly SourceRow[]> {
  const { parse } = await import('csv-parse')
  let rows: SourceRow[] = []
  const parser = parse({
    delimiter,
    quote: quoted ? '"' : null,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    on_record: (cells: string[], { lines }) => {
      rows.push({ cells, line: lines - lineEndsIn(cells) })
      return null
    },
  })
  parser.on('error', () => undefined) // the call that failed gives it, too
  try {
    for await (const chunk of chunks) {
      await fed(parser, chunk)
      yield rows
      rows = []
    }
    await ended(parser)
    yield rows
  } catch (error) {
    throw rowError(error, name)
  } finally {
    parser.destroy()
  }
}

function lineEndsIn(cells: readonly string[]): number {
  let count = 0
  for (const cell of cells) {
    for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) count++
  }
  return count
}

function fed(parser: Parser, chunk: string): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.write(chunk, (error) => (error ? reject(error) : resolve()))
  })
}

function ended(parser: Parser): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.end((error?: Error | null) => (error ? reject(error) : resolve()))
  })
}

function rowError(error: unknown, name: string): unknown {
  const { code, message, lines } = error as Partial<CsvError> & { readonly lines?: number }
  if (error instanceof SluiceError || !code?.startsWith('CSV_')) return error
  return new SluiceError(
    'table-row/quote',
    { name, line: lines ?? 0, reason: message ?? code },
    { cause: error },
  )
}
