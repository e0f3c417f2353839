import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CodeBlock, codeBlocks } from '../../scripts/readme-blocks.ts'
import { smallText } from '../cli/fixtures.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const loader = import.meta.resolve('tsx')
const readme = readFileSync(`${root}README.md`, 'utf8')
const blocks = codeBlocks(readme)

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-readme-'))
  await writeFile(join(folder, 'book.txt'), smallText())
  await writeFile(join(folder, 'reviews.csv'), reviews())
  await mkdir(join(folder, 'bin'))
  await command('sluice', `exec '${process.execPath}' --import '${loader}' '${root}src/cli/main.ts' "$@"`)
  await command('npm', 'echo "npm $*" >> npm.log')
})
afterAll(() => rm(folder, { recursive: true }))

/** Sixty short reviews, of which one word says the label. */
function reviews(): string {
  const rows = Array.from({ length: 60 }, (_unused, i) =>
    i % 2 === 0
      ? `a ${['lovely', 'fine'][(i % 4) >> 1]} film,good`
      : `a ${['bad', 'sad'][(i % 4) >> 1]} film,poor`,
  )
  return `text,label\n${rows.join('\n')}\n`
}

/** A command that shell blocks find. */
async function command(name: string, script: string): Promise<void> {
  const path = join(folder, 'bin', name)
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
}

/** Runs a program in the folder of the book; a failure throws with what it wrote. */
function run(program: string, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}` }
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd: folder, env }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${stdout}\n${stderr}`, { cause: error }))
      else resolve(stdout)
    })
  })
}

/** Runs a block as a reader does, with the sources for the package. */
async function runBlock({ language, code, line }: CodeBlock): Promise<string> {
  if (language === 'sh') return run('sh', '-e', '-c', code)
  const path = join(folder, `block-${line}.mts`)
  await writeFile(path, code.replace("from 'sluice'", `from '${pathToFileURL(`${root}src/index.ts`).href}'`))
  return run(process.execPath, '--import', loader, path)
}

test.skipIf(process.platform === 'win32')(
  'every block of the README runs, one after the other',
  { timeout: 120_000 },
  async () => {
    const printed: string[] = []
    for (const block of blocks) printed.push(await runBlock(block))
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
