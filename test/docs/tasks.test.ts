import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeBlocks } from '../../scripts/readme-blocks.ts'
import { ReaderFolder, root } from './reader.ts'

const blocks = codeBlocks(readFileSync(`${root}docs/tasks.md`, 'utf8'), ['sh', 'ts'])

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_unused, i) => `${line(i)}\n`).join('')

const dayOf = (i: number): string => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10)

let folder: ReaderFolder
beforeAll(async () => {
  folder = await ReaderFolder.of({
    'mail.csv': `label,text\n${lines(60, (i) => (i % 2 === 0 ? `ham,see you at ${i} then` : `spam,win ${i} cash now`))}`,
    'words.conll': lines(30, (i) => `the DET\n${i % 2 === 0 ? 'cat' : 'dog'} NOUN\nsleeps VERB\n`),
    'sensor.csv': `x,y,state\n${lines(200, (i) => `${i % 3},${i % 5},${i % 50 < 25 ? 'ok' : 'bad'}`)}`,
    'days.csv': `day,births\n${lines(140, (i) => `${dayOf(i)},${100 * (i % 7) + i + (i % 3)}`)}`,
    'names.csv': `kind,name\n${lines(40, (i) => (i % 2 === 0 ? `a,lana${i % 5}` : `b,krog${i % 5}`))}`,
    'dates.txt': lines(
      60,
      (i) => `${1 + (i % 28)} May ${1990 + i}\t${1990 + i}-05-${String(1 + (i % 28)).padStart(2, '0')}`,
    ),
  })
})
afterAll(() => folder.remove())

test.skipIf(process.platform === 'win32')(
  'every block of docs/tasks.md runs, and says what it should',
  { timeout: 120_000 },
  async () => {
    const printed = await Promise.all(blocks.map((block) => folder.run(block)))
    expect(blocks.map(({ language }) => language)).toEqual(['sh', 'sh', 'sh', 'sh', 'ts'])
    expect(printed[0]).toMatch(/accuracy \d+\.\d % of 6 items/)
    expect(printed[0]).toContain('60 answers in answers.csv')
    expect(printed[1]).toMatch(/^the\/\w+ cat\/\w+ sleeps\/\w+$/m)
    expect(printed[2]).toContain('2024-05-20')
    expect(printed[2]).toContain('"expectedCoverage":0.8')
    expect(printed[3]).toMatch(/^a {2}.*\na {2}.*\na {2}/m)
    expect(printed[4]).toMatch(/^ham,spam (true|false)\n$/)
  },
)
