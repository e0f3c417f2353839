import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cellOf } from '../../../src/data/files/json-lines.ts'
import { type TableOptions, readTable } from '../../../src/data/files/table.ts'
import type { Cell, Table } from '../../../src/data/all.ts'

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url))

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-tables-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function tableOf(name: string, content: string | Uint8Array, options?: TableOptions): Promise<Table> {
  const path = join(folder, name)
  await writeFile(path, content)
  return readTable(path, options)
}

/** All rows, with the line of each. */
async function rowsOf(table: Table, columns?: readonly string[]): Promise<Cell[][]> {
  const rows: Cell[][] = []
  for await (const batch of table.batches(columns)) {
    expect(batch.first).toBe(rows.length + 1)
    for (let row = 0; row < batch.count; row++)
      rows.push([...[...batch.cells.values()].map((cells) => cells[row]!), batch.lines?.[row] ?? null])
  }
  return rows
}

/** The message of reading all of a table, with the folder left out. */
async function problemOf(
  name: string,
  content: string | Uint8Array,
  options?: TableOptions,
): Promise<string> {
  const error: unknown = await tableOf(name, content, options)
    .then(rowsOf)
    .catch((cause: unknown) => cause)
  expect(error).toMatchObject({ name: 'SluiceError' })
  return (error as Error).message.replaceAll(`${folder}/`, '')
}

describe('a table of comma-separated values', () => {
  test('has a header, quoted cells and lines', async () => {
    const text = 'day,"the note",n\n2024-01-01,"a, ""b""\nc",1\n\n2024-01-02,,2\n'
    const table = await tableOf('a.csv', text)
    expect(table.columns).toEqual(['day', 'the note', 'n'])
    const rows = [
      ['2024-01-01', 'a, "b"\nc', '1', 2],
      ['2024-01-02', '', '2', 5],
    ]
    expect(await rowsOf(table)).toEqual(rows)
    expect(await rowsOf(table)).toEqual(rows)
    expect(await rowsOf(table, ['n'])).toEqual([
      ['1', 2],
      ['2', 5],
    ])
  })

  test('may have CRLF, a byte-order mark, another separator and no header', async () => {
    const table = await tableOf('b.csv', '\uFEFFa;b\r\n1;2,5\r\n3;4\r\n', { delimiter: ';', columns: ['b'] })
    expect(table.columns).toEqual(['b'])
    expect(await rowsOf(table)).toEqual([
      ['2,5', 2],
      ['4', 3],
    ])
    const bare = await tableOf('c.csv', '1,2\n3,4\n', { header: ['x', 'y'] })
    expect(await rowsOf(bare)).toEqual([
      ['1', '2', 1],
      ['3', '4', 2],
    ])
  })

  test('may have another encoding', async () => {
    const table = await tableOf('d.csv', Uint8Array.of(0x61, 0x0a, 0xe9), { encoding: 'latin1' })
    expect(await rowsOf(table)).toEqual([['é', 2]])
  })

  test('is read in batches, whatever the pieces of the file', async () => {
    const count = 30_000
    const text = `n,é\n${Array.from({ length: count }, (_x, i) => `${i},é${'x'.repeat(i % 37)}`).join('\n')}`
    const table = await tableOf('e.csv', text, { rows: 1000 })
    const sizes: number[] = []
    let next = 0
    for await (const { count: rows, cells, lines } of table.batches()) {
      sizes.push(rows)
      for (let row = 0; row < rows; row++, next++) {
        if (cells.get('n')![row] !== String(next) || cells.get('é')![row] !== `é${'x'.repeat(next % 37)}`)
          throw new Error(`row ${next} differs`)
        if (lines![row] !== next + 2) throw new Error(`line of row ${next} differs`)
      }
    }
    expect(next).toBe(count)
    expect(new Set(sizes)).toEqual(new Set([1000]))
  })

  test.each([{}, { encoding: 'utf-8' }])(
    'names the byte of a cut character, read with %j',
    async (options) => {
      const bytes = new Uint8Array(600_000).fill(0xc3)
      for (let at = 1; at < bytes.length; at += 2) bytes[at] = 0xa9
      bytes.set([0x61, 0x0a, 0x61])
      const message = await problemOf('cut.csv', bytes.subarray(0, 599_999), options)
      expect(message).toContain('cut.csv is not valid UTF-8: byte 3 (0xa9)')
      expect(await problemOf('cut.csv', Uint8Array.of(0x61, 0x0a, 0x62, 0xc3), options)).toContain(
        'byte 3 (0xc3)',
      )
    },
  )

  test('may be left in the middle', async () => {
    const table = await tableOf('f.csv', `n\n${'1\n'.repeat(5000)}`)
    for await (const { count } of table.batches()) {
      expect(count).toBe(1024)
      break
    }
  })

  test.each<readonly [string, string | Uint8Array, string]>([
    ['ragged rows', 'a,b\n1,2\n3\n', 'x.csv, line 3: the row has 1 cells and the header 2; mend the row'],
    ['rows that are too long', 'a,b\n1,2,3\n', 'x.csv, line 2: the row has 3 cells and the header 2'],
    ['a quote that is not closed', 'a,b\n1,"2\n', 'x.csv, line 2: quotes do not match'],
    ['a stray quote', 'a,b\n1,"2"3\n', 'x.csv, line 2: quotes do not match'],
    ['a column twice', 'a,a\n1,2\n', 'x.csv has two columns "a"; rename one.'],
    ['a column without a name', 'a,\n1,2\n', 'x.csv has a column without a name, number 2 of its header'],
    ['no rows', 'a,b\n', 'x.csv has no rows'],
    ['nothing', '', 'x.csv has no rows'],
    [
      'another encoding',
      Uint8Array.of(0x61, 0x0a, 0xc3, 0xa9, 0x0a, 0x62, 0xe9, 0x63),
      'x.csv is not valid UTF-8: byte 6 (0xe9) starts no character',
    ],
    ['a cut character', Uint8Array.of(0x61, 0x0a, 0x31, 0xc3), 'x.csv is not valid UTF-8: byte 3 (0xc3)'],
    ['zero bytes', Uint8Array.of(0x61, 0x0a, 0), 'x.csv is not a text file: byte 2 is zero'],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x61, 0), 'x.csv is UTF-16, not UTF-8; give the encoding utf-16le.'],
  ])('is refused with %s', async (_what, content, message) => {
    expect(await problemOf('x.csv', content)).toContain(message)
  })

  test.each<readonly [object, string]>([
    [{ columns: ['c'] }, 'x.csv has no column "c"; it has a, b.'],
    [{ columns: [] }, 'x.csv was asked for no column'],
    [{ rouws: 1 }, 'readTable has no option "rouws"'],
    [{ columns: ['a', 'a'] }, 'The column "a" of x.csv was asked for twice'],
    [{ delimiter: '' }, 'delimiter must be one or more characters, no quotes and no line ends, not ""'],
    [{ delimiter: '"' }, 'delimiter must be'],
    [{ format: 'xls' }, 'format must be one of csv, tsv, jsonl, parquet'],
  ])('is refused with the options %j', async (options, message) => {
    expect(await problemOf('x.csv', 'a,b\n1,2\n', options)).toContain(message)
  })

  test('with mixed encodings names the byte, wherever it is', async () => {
    const good = new TextEncoder().encode(`a\n${'é\n'.repeat(200_000)}`)
    const bytes = new Uint8Array(good.length + 2)
    bytes.set(good)
    bytes.set([0xe9, 0x0a], good.length)
    expect(await problemOf('mixed.csv', bytes)).toContain(`byte ${good.length} (0xe9) starts no character`)
  })
})

describe('a table of tab-separated values', () => {
  test('takes quotes as they stand', async () => {
    const table = await tableOf('a.tsv', 'label\ttext\nspam\tsay "hi\nham\t\'ok\n')
    expect(await rowsOf(table)).toEqual([
      ['spam', 'say "hi', 2],
      ['ham', "'ok", 3],
    ])
  })
})

describe('a table of JSON Lines', () => {
  test('has the keys of its first row as columns', async () => {
    const table = await tableOf('a.jsonl', '{"n":1,"t":"é","b":true}\n\n{"t":null,"n":-2.5,"more":1}')
    expect(table.columns).toEqual(['n', 't', 'b'])
    expect(await rowsOf(table)).toEqual([
      [1, 'é', true, 1],
      [-2.5, null, null, 3],
    ])
  })

  test('has no cell where a key is missing, whatever its name', async () => {
    const table = await tableOf('b.jsonl', '{"constructor":1,"a":2}\n{"a":3}')
    expect(await rowsOf(table)).toEqual([
      [1, 2, 1],
      [null, 3, 2],
    ])
  })

  test.each([
    ['{"a":1}\n{"a":', 'x.jsonl, line 2: this is not JSON'],
    ['{"a":1}\n[1]', 'x.jsonl, line 2: this is no JSON object'],
    ['{"a":1}\n{"a":{"b":1}}', 'x.jsonl, row 2 (line 2), column a: the cell holds a list or an object'],
    ['\n', 'x.jsonl has no rows'],
  ])('is refused: %j', async (content, message) => {
    expect(await problemOf('x.jsonl', content)).toContain(message)
  })
})

describe('a Parquet table', () => {
  test.each(['days.parquet', 'days-gzip.parquet'])('%s has typed cells and row groups', async (name) => {
    const table = await readTable(join(fixtures, name), { rows: 2 })
    expect(table.columns).toEqual(['when', 'births', 'rain', 'city', 'dry'])
    expect(await rowsOf(table)).toEqual([
      [new Date('2024-02-27'), 10, 0.5, 'Köln', true, null],
      [new Date('2024-02-28'), 20, null, 'Bonn', false, null],
      [new Date('2024-02-29'), 30, 1.5, 'Köln', true, null],
      [new Date('2024-03-01'), 40, 2, 'Bonn', true, null],
      [new Date('2024-03-02'), 50, NaN, 'Köln', false, null],
    ])
    expect(await rowsOf(table, ['city'])).toHaveLength(5)
  })

  test('keeps the digits of whole numbers that are too large for one', () => {
    const place = { name: 'x.parquet', row: 1, column: 'id' }
    expect(cellOf(12n, place)).toBe(12)
    expect(cellOf(9_007_199_254_740_993n, place)).toBe('9007199254740993')
  })

  test('has rows', async () => {
    const bytes = parquetWriteBuffer({ columnData: [{ name: 'a', data: [], type: 'DOUBLE' }] })
    expect(await problemOf('x.parquet', new Uint8Array(bytes))).toContain('x.parquet has no rows')
  })

  test('is refused where it is none', async () => {
    expect(await problemOf('x.parquet', 'PAR1 or not')).toContain('x.parquet could not be read as Parquet')
  })
})

test('a file that is missing, a folder or of no known format is refused', async () => {
  await expect(readTable(join(folder, 'nothing.csv'))).rejects.toThrow('There is no file')
  await expect(readTable(join(folder, 'nothing.parquet'))).rejects.toThrow('There is no file')
  await expect(readTable(folder, { format: 'csv' })).rejects.toThrow('is a folder')
  await expect(readTable(join(folder, 'a.xls'))).rejects.toThrow('has no ending that says what it is')
  const table = await tableOf('data', '{"a":1}', { format: 'jsonl' })
  expect(await rowsOf(table)).toEqual([[1, 1]])
})
