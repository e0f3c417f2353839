import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { isGiven, readArea, readCatalogue } from '../../scripts/error-catalogue.ts'
import { bundlePage, loadedWith, pageScript, scriptsOf } from '../../scripts/browser-source.ts'
import { filesBelow } from '../../scripts/files.ts'
import { generated } from '../../scripts/generate.ts'
import { catalogue } from '../../src/core/catalogue.ts'
import { laterCatalogue } from '../../src/core/later-catalogue.ts'
import { nodeCatalogue } from '../../src/core/node-catalogue.ts'
import { SluiceError, Unsupported, fillIn } from '../../src/core/errors.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

describe('a message', () => {
  test('is filled in, and leaves out what has no value', () => {
    const template = 'There is no cell "{name}".[ Did you mean {nearest}?] Write W @ [h, x].'
    expect(fillIn(template, { name: 'gruu', nearest: 'gru' })).toBe(
      'There is no cell "gruu". Did you mean gru? Write W @ [h, x].',
    )
    expect(fillIn(template, { name: '{nearest}' })).toBe('There is no cell "{nearest}". Write W @ [h, x].')
  })

  test('has the values that its template names, and no others', () => {
    // @ts-expect-error the name is missing
    const incomplete = () => new SluiceError('text-empty', {})
    // @ts-expect-error there is no such value
    const unknown = () => new SluiceError('text-empty', { name: 'a.txt', size: 0 })
    // @ts-expect-error there is no such code
    const stray = () => new SluiceError('text-full', { name: 'a.txt' })
    const optional = new SluiceError('unknown-character', {
      character: 'x',
      position: 1,
      where: 'y',
      size: 2,
    })
    expect([incomplete, unknown, stray].length).toBe(3)
    expect(optional.message).toMatch(/^x at character 1 of y is not/)
  })

  test('keeps its code, its values and its cause', () => {
    const cause = new Error('ENOENT')
    const error = new SluiceError('text-file/missing', { path: 'a.txt' }, { cause })
    expect(error).toMatchObject({ name: 'SluiceError', code: 'text-file', values: { path: 'a.txt' }, cause })
    expect(error.message).toBe('There is no file a.txt; check the path.')
    const unsupported = new Unsupported('unsupported/initial')
    expect(unsupported).toBeInstanceOf(SluiceError)
    expect(unsupported).toMatchObject({ name: 'Unsupported', code: 'unsupported' })
  })
})

describe('the catalogue', () => {
  const areas = readCatalogue(`${root}errors`)
  const entries = areas.flatMap((area) => area.entries)
  const keys = [catalogue, laterCatalogue, nodeCatalogue].flatMap((messages) => Object.keys(messages))

  test('is what the sources and the page were generated from', async () => {
    for (const [path, text] of await generated()) expect(readFileSync(root + path, 'utf8')).toBe(text)
    expect(keys.toSorted()).toEqual(entries.flatMap(({ messages }) => [...messages.keys()]).toSorted())
  })

  test('has no message that nothing gives', () => {
    const sources = filesBelow(root, 'src', '.ts').filter(
      (path) => !/core\/(.*catalogue|errors)\.ts$/.test(path),
    )
    const text = sources.map((path) => readFileSync(root + path, 'utf8')).join('\n')
    expect(keys.filter((key) => key !== 'internal' && !isGiven(key, text))).toEqual([])
  })

  test('leaves out of a page what only files, runs, the command line and addons give', () => {
    expect(Object.keys(nodeCatalogue)).toEqual(
      expect.arrayContaining(['usage/command', 'text-file/missing', 'run-locked/process', 'disk/write']),
    )
    expect(Object.keys(catalogue)).toEqual(
      expect.arrayContaining([
        'option-value/whole',
        'text-too-short/training',
        'unsupported/native-browser',
        'internal',
      ]),
    )
    expect(Object.keys(laterCatalogue)).toEqual(
      expect.arrayContaining([
        'unsupported/wasm-simd',
        'inspect-layer',
        'example-shape/width',
        'program-shape',
      ]),
    )
  })

  test.each(['sluice', 'sluice/sequences'])(
    'has the messages of a page of %s with what gives them',
    async (name) => {
      const page = `export * from '${name}'`
      const code = await scriptsOf(page)
      const { metafile } = await bundlePage(page)
      const importsOf = (script: string) => metafile.outputs[script]!.imports
      const later = [...loadedWith(pageScript, metafile)]
        .flatMap(importsOf)
        .filter(({ kind }) => kind === 'dynamic-import')
      const scripts = [pageScript, ...later.map(({ path }) => path)]
      expect(scripts.length).toBeGreaterThan(3)
      for (const script of scripts) {
        const { entryPoint } = metafile.outputs[script]!
        const given = Object.keys(laterCatalogue).filter((key) => isGiven(key, code.get(entryPoint!)!))
        const sources = [...loadedWith(script, metafile)].flatMap((path) =>
          Object.keys(metafile.outputs[path]!.inputs),
        )
        expect({ entryPoint, has: sources.includes('src/core/later-catalogue.ts') }).toEqual({
          entryPoint,
          has: given.length > 0,
        })
      }
    },
  )

  test('is linked from the page code by code', () => {
    const page = readFileSync(`${root}docs/errors.md`, 'utf8')
    for (const { code } of entries) {
      expect(page).toContain(`[${code}](#${code})`)
      expect(page).toContain(`\n### ${code}\n`)
    }
  })
})

describe('a file of the catalogue', () => {
  const file = (section: string) => `# Texts\n\nWhat is read.\n\n${section}`
  const read = (section: string) => readArea(file(section), 'errors/texts.md')

  test('has an area, and a section for each code', () => {
    expect(read('## text-empty\n\n    {name} is empty.\n\nGive another.\n')).toEqual({
      title: 'Texts',
      about: 'What is read.',
      entries: [
        {
          code: 'text-empty',
          messages: new Map([['text-empty', '{name} is empty.']]),
          explanation: 'Give another.',
        },
      ],
    })
    const [several] = read(
      '## text-file\n\n    gone    It is gone.\n    closed  It is closed.\n\nWhy.\n',
    ).entries
    expect([...several!.messages]).toEqual([
      ['text-file/gone', 'It is gone.'],
      ['text-file/closed', 'It is closed.'],
    ])
  })

  test.each([
    ['## text-empty\n\nIt is empty.\n', '"text-empty" needs messages, indented by four, and an explanation'],
    ['## text-empty\n\n    It is empty.\n', 'needs messages'],
    [
      '## text-empty\n\n    It is empty.\n    It is full.\n\nWhy.\n',
      'a message of text-empty has no name: It is empty.',
    ],
  ])('%j is refused', (section, message) => {
    expect(() => read(section)).toThrow(message)
  })
})
