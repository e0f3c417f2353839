import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cells, library } from '../../src/cells/index.ts'
import { SluiceError } from '../../src/core/errors.ts'
import { compile } from '../../src/equations/index.ts'
import { openOutput } from '../../src/cli/output.ts'
import { tell } from '../../src/cli/tell.ts'
import { columns } from '../../src/cli/view/width.ts'
import { said, told } from './fixtures.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-telling-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** What an error gives on both streams; a terminal has columns. */
function telling(error: unknown, args: readonly string[] = [], width?: number) {
  let [stdout, stderr] = ['', '']
  const terminal = width === undefined ? {} : { isTTY: true, columns: width }
  const code = tell(error, args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { ...terminal, write: (text) => (stderr += text) },
  })
  return { code, stdout, stderr }
}

function thrown(task: () => unknown): unknown {
  try {
    task()
  } catch (error) {
    return error
  }
  return undefined
}

const stack = /\n\s+at \S/

describe('--verbose', () => {
  const cause = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' })
  const error = new SluiceError('text-file/missing', { path: 'a.txt' }, { cause })

  test('shows code, stack and causes, and without it nobody sees them', () => {
    const message = 'sluice: There is no file a.txt; check the path.\n'
    expect(telling(error).stderr).toBe(message)
    const { stderr } = telling(error, ['--verbose'])
    expect(stderr.startsWith(`${message}code text-file; docs/errors.md says more\n    at `)).toBe(true)
    expect(stderr).toMatch(/\ncaused by Error: ENOENT: no such file\n\s+at /)
  })

  test('is what a mistake of Sluice asks for', () => {
    const bug = thrown(() => (undefined as unknown as string).length)
    const { code, stderr } = telling(bug)
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^sluice: Internal error: .*\. Please report it\. --verbose shows where it comes from\.\n$/,
    )
    expect(telling(bug, ['--verbose']).stderr).toMatch(stack)
    expect(telling('a string', []).stderr).toContain('Internal error: a string.')
  })

  test.each(['train', 'sample', 'eval', 'cells', 'check', 'doctor'])('belongs to %s', async (name) => {
    const { code, said: help } = await said(folder, name, '--help')
    expect(code).toBe(0)
    expect(help).toContain('--verbose')
  })

  test.each([
    [['train', './nothing.txt']],
    [['sample', './nothing']],
    [['eval', './nothing', './nothing.txt']],
    [['cells', 'nothing']],
    [['check', './nothing.cell']],
    [['doctor', '--threads', '0']],
    [['--nothing']],
    [['nothing']],
  ])('%j', async (args) => {
    const plain = await told(folder, ...args)
    expect(plain.text).toMatch(/^sluice: .*\n$/)
    const verbose = await told(folder, ...args, '--verbose')
    expect(verbose.code).toBe(plain.code)
    expect(verbose.text.startsWith(plain.text)).toBe(true)
    expect(verbose.text).toMatch(stack)
  })

  test('stands before the command too', async () => {
    const { code, text } = await told(folder, '--verbose', 'train', './nothing.txt')
    expect(code).toBe(1)
    expect(text).toMatch(stack)
  })
})

test('with --json an error is an object on standard output', () => {
  const error = new SluiceError('text-empty', { name: 'a.txt' })
  expect(telling(error, ['--json']).stdout).toBe(
    '{"error":{"code":"text-empty","message":"a.txt is empty; give a text to learn from."}}\n',
  )
})

describe('a terminal of 40 columns', () => {
  test('gets messages that are broken between words', () => {
    const error = new SluiceError('text-binary', { name: 'war-and-peace.txt', byte: 7 })
    expect(telling(error, [], 40).stderr.split('\n')).toEqual([
      'sluice: war-and-peace.txt is not a text',
      'file: byte 7 is zero. If it is text in',
      'another encoding, give the encoding.',
      '',
    ])
  })

  test('gets the part of an equation where the mistake is', () => {
    const error = thrown(() =>
      compile("h' = sigmoid(Wi @ [h, x] + bi) * tahn(Wg @ [h, x] + bg)", { name: 'a' }),
    )
    const [place, ...rest] = telling(error, [], 40).stderr.trimEnd().split('\n').slice(-3)
    expect(place).not.toContain('  1 |')
    expect(rest).toEqual(['  1 | @ [h, x] + bi) * tahn(Wg @ [h, x] ', '    |                  ^'])
  })

  test('gets a list of cells that fits', async () => {
    const { stdout } = process
    const before = Object.getOwnPropertyDescriptor(stdout, 'columns')
    Object.defineProperty(stdout, 'columns', { value: 40, configurable: true })
    try {
      const { said: list } = await said(folder, 'cells')
      expect(Math.max(...list.split('\n').map(columns))).toBeLessThanOrEqual(40)
      expect(list).toContain('peephole_lstm')
    } finally {
      if (before) Object.defineProperty(stdout, 'columns', before)
      else Reflect.deleteProperty(stdout, 'columns')
    }
  })
})

describe('colours', () => {
  const styled = (isTTY: boolean, env: Readonly<Record<string, string>>) => {
    const stream = { isTTY, columns: 40, write: () => undefined, on: () => undefined }
    return openOutput({}, { stdout: stream, stderr: stream, env }).style.green('go')
  }

  test.each([
    ['a terminal', true, { TERM: 'xterm' }, '\u001b[32mgo\u001b[39m'],
    ['NO_COLOR', true, { TERM: 'xterm', NO_COLOR: '1' }, 'go'],
    ['a terminal without colours', true, { TERM: 'dumb' }, 'go'],
    ['no terminal', false, { TERM: 'xterm' }, 'go'],
  ])('for %s', (_what, isTTY, env, text) => {
    expect(styled(isTTY, env)).toBe(text)
  })
})

describe('the equations of a cell', () => {
  const graphOf = (text: string) => {
    const { nodes, states, outputs } = compile(text, { name: 'cell' }).graph(sizes(text))
    return JSON.stringify([nodes, states, outputs])
  }
  const sizes = (text: string) =>
    Object.fromEntries(compile(text).sizes.map((name, index) => [name, 3 + index] as const))

  test.each(library.map(({ name }) => name))('%s print in every spelling, and read back', async (name) => {
    const { said: file } = await said(folder, 'cells', name)
    for (const spelling of ['plain', 'latex', 'unicode']) {
      const { code, said: text } = await said(folder, 'cells', name, `--${spelling}`)
      expect(code).toBe(0)
      expect(graphOf(text)).toBe(graphOf(file))
      const { said: json } = await said(folder, 'cells', name, `--${spelling}`, '--json')
      expect(text.trimEnd().endsWith((JSON.parse(json) as { equations: string }).equations)).toBe(true)
    }
  })

  test('in LaTeX look like a textbook, and check as a file', async () => {
    const { said: text } = await said(folder, 'cells', 'lstm', '--latex')
    expect(text).toContain('h_t &= o_t')
    await writeFile(join(folder, 'lstm.tex'), text)
    const { code, said: report } = await said(folder, 'check', './lstm.tex', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(report)).toMatchObject({ name: 'lstm', gradient: { ok: true } })
    expect(cells.lstm(4).cell.sizes).toEqual(compile(text).sizes)
  })

  test('have one spelling at a time', async () => {
    expect(await told(folder, 'cells', 'lstm', '--latex', '--plain')).toEqual({
      code: 2,
      text: "sluice: Option '--plain' cannot be used with option '--latex'. See sluice cells --help.\n",
    })
  })
})
