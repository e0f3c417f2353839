import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeBlocks } from '../../scripts/readme-blocks.ts'
import { smallText } from '../cli/fixtures.ts'
import { ReaderFolder, root } from './reader.ts'

/** 140 days; each weekday has its number, and every week one more. */
function births(): string {
  const rows = Array.from({ length: 140 }, (_x, day) => {
    const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10)
    return `${date},${100 * (day % 7) + Math.floor(day / 7)}`
  })
  return `date,births\n${rows.join('\n')}\n`
}

let folder: ReaderFolder
beforeAll(async () => {
  const mail = Array.from({ length: 8 }, (_x, i) => `${i % 2 === 0 ? 'ham' : 'spam'}\tmessage ${i}`)
  folder = await ReaderFolder.of({
    'book.txt': smallText(),
    'births.csv': births(),
    'mail.tsv': `label\ttext\n${mail.join('\n')}\n`,
    'pairs.txt': 'one\teins\ntwo\tzwei\n',
  })
})
afterAll(() => folder.remove())

test('every block of docs/data.md runs, and prints what it should', async () => {
  const blocks = codeBlocks(readFileSync(`${root}docs/data.md`, 'utf8'), ['ts'])
  const printed = await Promise.all(blocks.map((block) => folder.run(block)))
  expect(printed[0]).toMatch(/^\d+ \d+\n.*\n$/)
  expect(printed[1]).toBe("{ date: 'timestamp', births: 'number' }\n619\n")
  // Weekday, yearday (sine and cosine) and weekend; 112 days of training; four weeks ahead: 1, 2, 3, 4 more than naive.
  expect(printed[2]).toBe('6 78\n2.5\n')
  expect(printed[3]).toBe("[ 'ham', 'spam' ] 2\n{ source: 'one', target: 'eins' }\n2 2\n")
})
