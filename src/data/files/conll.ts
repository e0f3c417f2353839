import { SluiceError } from '../../core/errors.ts'
import { type RowBatch, type Table, requireColumns } from '../table/table.ts'
import { textChunks } from './bytes.ts'
import { type SourceRow, inBatches } from './rows.ts'

const columns = ['words', 'tags'] as const

/**
 * A table of a file with a word and its tag on each line, apart by tabs or spaces, and an empty line behind each sentence
 * (Tjong Kim Sang and De Meulder 2003); of more columns the first and the last count. A row holds the lists of a sentence.
 * @param encoding as for `text.file`
 * @throws SluiceError `text-file`, `text-encoding`, or `table-row` with the line that has no tag
 */
export function readTagged(path: string, encoding?: string): Table {
  return {
    name: path,
    columns,
    batches(wanted = columns): AsyncIterable<RowBatch> {
      requireColumns({ name: path, columns }, wanted)
      return inBatches(sentences(textChunks(path, encoding), path), columns, wanted, 256)
    },
  }
}

async function* sentences(chunks: AsyncIterable<string>, name: string): AsyncGenerator<readonly SourceRow[]> {
  const reader = new Sentences(name)
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    yield lines.flatMap((line) => reader.line(line))
  }
  const last = [...reader.line(rest), ...reader.line('')]
  if (reader.count === 0) throw new SluiceError('table-file/empty', { path: name })
  yield last
}

/** Lines become sentences. */
class Sentences {
  count = 0
  readonly #name: string
  #number = 0
  #first = 1
  #words: string[] = []
  #tags: string[] = []

  constructor(name: string) {
    this.#name = name
  }

  /** The sentence that a line ends, if it does. */
  line(text: string): readonly SourceRow[] {
    this.#number++
    const fields = text.trim().split(/\s+/u)
    if (fields[0] === '') return this.#end()
    if (fields.length < 2) throw new SluiceError('table-row/tag', { name: this.#name, line: this.#number })
    if (this.#words.length === 0) this.#first = this.#number
    this.#words.push(fields[0]!)
    this.#tags.push(fields.at(-1)!)
    return []
  }

  #end(): readonly SourceRow[] {
    if (this.#words.length === 0) return []
    const cells = [this.#words, this.#tags]
    this.#words = []
    this.#tags = []
    this.count++
    return [{ cells, line: this.#first }]
  }
}
