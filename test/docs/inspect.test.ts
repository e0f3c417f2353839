import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeBlocks } from '../../scripts/readme-blocks.ts'
import { inspectCommand } from '../../src/cli/commands/inspect.ts'
import { sampleCommand } from '../../src/cli/commands/sample.ts'
import { trainCommand } from '../../src/cli/commands/train.ts'
import { smallText } from '../cli/fixtures.ts'
import { packageEntry } from '../compiled.ts'
import { ReaderFolder } from './reader.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = readFileSync(`${root}docs/inspect.md`, 'utf8')

/** Short mail, of which a word says the label. */
function mail(): string {
  const rows = Array.from({ length: 40 }, (_unused, i) =>
    i % 2 ? `ham,see you at ${i}` : `spam,you win ${i}`,
  )
  return `label,text\n${rows.join('\n')}\n`
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-inspect-page-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('the blocks of docs/inspect.md run, and print what they should', { timeout: 120_000 }, async () => {
  const library = pathToFileURL(packageEntry).href
  const code = codeBlocks(page, ['ts']).map((block) => `console.log('#')\n${block.code}`)
  const path = join(folder, 'page.mts')
  await writeFile(path, code.join('').replaceAll("from 'sluice'", `from '${library}'`))
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    import.meta.resolve('tsx'),
    path,
  ])
  const [traced, gates, found, changed, held, memory, salient, sequences] = stdout.split('#\n').slice(1)
  expect(traced).toBe('lstm 24 240 true\n')
  expect(gates).toBe(['f', 'i', 'o'].map((gate) => `layers.0 ${gate} true\n`).join(''))
  expect(found).toMatch(
    /^quotes auc true (?:0\.9[5-9]|1|0\.0[0-4])\d*(?:e-\d+)?\nindentation auc false undefined\n\/the\/ auc true \S+\n48\n$/,
  )
  expect(changed).toBe('true\n24\n[ 0, 1, 2 ]\n'.replace('24', '20'))
  expect(held).toBe('[ 0.75, -2 ] true\n')
  expect(memory).toBe('c 100 true\nh 100 true\ntrue\n12 12 true\n')
  expect(salient).toBe('0 ! 8 8\n')
  expect(sequences).toBe('encoder.0 5\nencoder.0.reverse 5\nlayers.0 3\n5\n5 true\n')
})

test.skipIf(process.platform === 'win32')(
  'the commands of docs/inspect.md run, and say what they should',
  { timeout: 120_000 },
  async () => {
    const book = `${smallText()}He said "no" and left.\n`
    const reader = await ReaderFolder.of({
      'book.txt': book,
      'column.csv': book.replaceAll(/[^]/g, '1\n'),
      'mail.csv': mail(),
    })
    try {
      const small = '--hidden 20 --layers 1 --batch 4 --window 16 --steps 20 --threads 1 --out runs/book'
      await reader.run({ language: 'sh', note: '', line: 0, code: `sluice train book.txt ${small}\n` })
      const [seen, changed, task] = await Promise.all(
        codeBlocks(page, ['sh']).map((block) => reader.run(block)),
      )
      expect(task).toMatch(/saliency of each symbol for "(?:ham|spam)" at the end of the first sequence/)
      expect(task).toMatch(/^detectors among 32 units/m)
      expect(seen).toMatch(/"searched":40/)
      expect(changed).toMatch(/\d before, \d\.\d+ after: [+-]\d\.\d{4} nats a symbol/)
      expect(changed).toMatch(/^layers\.0\.h\.\d+ +\+/m)
      const record = JSON.parse(changed!.split('\n').find((line) => line.startsWith('{'))!) as {
        saliency: { at: number; symbol: string; products: number[] }
      }
      expect(record.saliency).toMatchObject({ at: 40, symbol: 'n' })
      expect(record.saliency.products).toHaveLength(40)
      expect(changed).toMatch(/^# as it is\nThe [^]*\n# with the interventions\nThe /m)
    } finally {
      await reader.remove()
    }
  },
)

test('the options that docs/inspect.md tells of exist, and what it links to', () => {
  const known = new Set(
    [inspectCommand(), sampleCommand(), trainCommand()].flatMap((each) =>
      each.options.map(({ long }) => long),
    ),
  )
  const told = codeBlocks(page, ['sh']).flatMap(({ code }) => code.match(/--[\w-]+/g) ?? [])
  expect(told.length).toBeGreaterThan(5)
  for (const name of told) expect([name, known.has(name)]).toEqual([name, true])
  const headings = new Set(
    [...page.matchAll(/^## (.+)$/gm)].map(([, title]) => `#${title!.toLowerCase().replaceAll(' ', '-')}`),
  )
  for (const [, target] of page.matchAll(/\]\(([^)]+)\)/g))
    expect([target, headings.has(target!) || existsSync(`${root}docs/${target}`)]).toEqual([target, true])
})
