import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CodeBlock, codeBlocks } from '../../scripts/readme-blocks.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const loader = import.meta.resolve('tsx')
const blocks = codeBlocks(readFileSync(`${root}docs/tasks.md`, 'utf8'), ['sh', 'ts'])

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_unused, i) => `${line(i)}\n`).join('')

const dayOf = (i: number): string => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10)

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-tasks-page-'))
  const files = {
    'mail.csv': `label,text\n${lines(60, (i) => (i % 2 === 0 ? `ham,see you at ${i} then` : `spam,win ${i} cash now`))}`,
    'words.conll': lines(30, (i) => `the DET\n${i % 2 === 0 ? 'cat' : 'dog'} NOUN\nsleeps VERB\n`),
    'sensor.csv': `x,y,state\n${lines(200, (i) => `${i % 3},${i % 5},${i % 50 < 25 ? 'ok' : 'bad'}`)}`,
    'days.csv': `day,births\n${lines(140, (i) => `${dayOf(i)},${100 * (i % 7) + i + (i % 3)}`)}`,
    'names.csv': `kind,name\n${lines(40, (i) => (i % 2 === 0 ? `a,lana${i % 5}` : `b,krog${i % 5}`))}`,
    'dates.txt': lines(
      60,
      (i) => `${1 + (i % 28)} May ${1990 + i}\t${1990 + i}-05-${String(1 + (i % 28)).padStart(2, '0')}`,
    ),
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  await mkdir(join(folder, 'bin'))
  const script = `#!/bin/sh\nexec '${process.execPath}' --import '${loader}' '${root}src/cli/main.ts' "$@"\n`
  await writeFile(join(folder, 'bin/sluice'), script)
  await chmod(join(folder, 'bin/sluice'), 0o755)
})
afterAll(() => rm(folder, { recursive: true }))

function run(program: string, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}` }
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd: folder, env }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${stdout}\n${stderr}`, { cause: error }))
      else resolve(stdout)
    })
  })
}

async function runBlock({ language, code, line }: CodeBlock): Promise<string> {
  if (language === 'sh') return run('sh', '-e', '-c', code)
  const path = join(folder, `block-${line}.mts`)
  await writeFile(path, code.replace("from 'sluice'", `from '${pathToFileURL(`${root}src/index.ts`).href}'`))
  return run(process.execPath, '--import', loader, path)
}

test.skipIf(process.platform === 'win32')(
  'every block of docs/tasks.md runs, and says what it should',
  { timeout: 120_000 },
  async () => {
    const printed = await Promise.all(blocks.map(runBlock))
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
