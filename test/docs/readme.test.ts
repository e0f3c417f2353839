import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeBlocks } from '../../scripts/readme-blocks.ts'
import { smallText } from '../cli/fixtures.ts'
import { ReaderFolder, root } from './reader.ts'

const readme = readFileSync(`${root}README.md`, 'utf8')
const blocks = codeBlocks(readme)

let folder: ReaderFolder
beforeAll(async () => {
  folder = await ReaderFolder.of({ 'book.txt': smallText(), 'reviews.csv': reviews() })
  await folder.command('npm', 'echo "npm $*" >> npm.log')
})
afterAll(() => folder.remove())

/** Sixty short reviews, of which one word says the label. */
function reviews(): string {
  const rows = Array.from({ length: 60 }, (_unused, i) =>
    i % 2 === 0
      ? `a ${['lovely', 'fine'][(i % 4) >> 1]} film,good`
      : `a ${['bad', 'sad'][(i % 4) >> 1]} film,poor`,
  )
  return `text,label\n${rows.join('\n')}\n`
}

test.skipIf(process.platform === 'win32')(
  'every block of the README runs, one after the other',
  { timeout: 120_000 },
  async () => {
    const printed: string[] = []
    for (const block of blocks) printed.push(await folder.run(block))
    expect(blocks.map(({ language }) => language)).toEqual(['sh', 'sh', 'sh', 'ts', 'sh', 'ts', 'ts', 'sh'])
    expect(printed[1]).toContain('nats a character')
    expect(printed[2]).toContain('going on after update')
    expect(printed[4]).toContain('accuracy')
    expect(printed[5]).toMatch(/^[01]\n$/)
    expect(printed[7]).toContain('gradient: agrees with finite differences')
  },
)

test('the scripts that the README tells of exist', () => {
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    scripts: Record<string, string>
  }
  expect(readme).toContain('`npm ci && npm test`')
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['start', 'test', 'sluice']))
})

test('what the README links to exists', () => {
  const targets = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target]) => target!)
  expect(targets).toContain('docs/architecture.md')
  for (const target of targets) expect([target, existsSync(root + target)]).toEqual([target, true])
})
