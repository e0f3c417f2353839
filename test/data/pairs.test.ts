import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readDividedPairs, readPairFiles } from '../../src/data/files/pairs.ts'
import { dividedPairs, pairsOf, readPairs, tableFrom } from '../../src/data/all.ts'

const pairs = [
  { source: 'one', target: 'eins' },
  { source: 'two', target: 'zwei' },
]

test('pairs are lines of two texts, of one with tabs, or two columns', async () => {
  expect(pairsOf('one\ntwo\n', 'eins\r\nzwei')).toEqual(pairs)
  expect(dividedPairs('one\teins\ntwo\tzwei\n')).toEqual(pairs)
  const table = tableFrom(pairs.map(({ source, target }) => ({ en: source, de: target })))
  expect(await readPairs(table, { source: 'en', target: 'de' })).toEqual(pairs)
  expect(dividedPairs('a\tb\tc')).toEqual([{ source: 'a', target: 'b\tc' }])
})

test('pairs come from files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-pairs-'))
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }
  try {
    const [en, de] = [await file('en.txt', '\uFEFFone\ntwo\n'), await file('de.txt', 'eins\nzwei\n')]
    expect(await readPairFiles(en, de)).toEqual(pairs)
    expect(await readDividedPairs(await file('both.tsv', 'one\teins\ntwo\tzwei'))).toEqual(pairs)
    await expect(readPairFiles(en, await file('short.txt', 'eins\n'))).rejects.toThrow('short.txt, line 2')
    await expect(readPairFiles(en, join(folder, 'none'))).rejects.toThrow('There is no file')
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a source without a target line is refused, and the other way round', () => {
  expect(() => pairsOf('a\nb\nc', 'x\n', 'de.txt')).toThrow(
    'de.txt, line 2: a source without a target line: there are 3 source lines and 1 target lines.',
  )
  expect(() => pairsOf('a', 'x\ny', 'de.txt')).toThrow('de.txt, line 2: a target without a source line')
  expect(() => pairsOf('a\nb', 'x\n\n', 'de.txt')).toThrow('de.txt, line 2: the target is empty')
  expect(() => dividedPairs('a\tb\n\tc', 'p.tsv')).toThrow('p.tsv, line 2: the source is empty')
  expect(() => dividedPairs('a\tb\nc', 'p.tsv')).toThrow(
    'p.tsv, line 2: there is no tab between source and target',
  )
})
