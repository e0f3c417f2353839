import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeBytes, firstInvalidByte } from '../../src/data/encoding.ts'
import { text } from '../../src/data/file.ts'
import { Vocabulary, split, textHash, unitOf } from '../../src/data/index.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-text-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

describe('a text from a string', () => {
  test('has a token for each code point, in the order of code points', () => {
    const { vocabulary, tokens, report } = text.from('b😀a\nb')
    expect(vocabulary.symbols).toEqual(['\n', 'a', 'b', '😀'])
    expect([...tokens]).toEqual([2, 3, 1, 0, 2])
    expect(report).toEqual({ carriageReturns: 0, byteOrderMark: false })
    expect(vocabulary.decode(tokens)).toBe('b😀a\nb')
  })

  test('sorts by code point, not by UTF-16 unit', () => {
    expect(text.from('😀\uFF5E').vocabulary.symbols).toEqual(['\uFF5E', '😀'])
  })

  test('has LF line ends, and counts the CRLF; a lone CR stays', () => {
    const { vocabulary, tokens, report } = text.from('a\r\nb\rc\r\n')
    expect(vocabulary.decode(tokens)).toBe('a\nb\rc\n')
    expect(report.carriageReturns).toBe(2)
    const kept = text.from('a\r\nb', { keepCr: true })
    expect(kept.vocabulary.decode(kept.tokens)).toBe('a\r\nb')
    expect(kept.report.carriageReturns).toBe(0)
    expect(kept.reading).toEqual({ keepCr: true })
  })

  test('drops one byte-order mark at its start', () => {
    const { tokens, report } = text.from('\uFEFFa\uFEFF')
    expect(tokens).toHaveLength(2)
    expect(report.byteOrderMark).toBe(true)
  })

  test('is refused when empty, half a surrogate pair, or with an unknown option', () => {
    expect(() => text.from('')).toThrow('the text is empty')
    expect(() => text.from('\uFEFF')).toThrow('is empty')
    expect(() => text.from('ab\uD800c')).toThrow('The character U+D800 at index 2')
    expect(() => text.from('a', { keepCR: true } as object)).toThrow('text.from has no option "keepCR"')
  })

  test('read with a given vocabulary names the first character that is not in it', () => {
    const vocabulary = Vocabulary.of('ab\n')
    expect([...text.from('bab', { vocabulary }).tokens]).toEqual([2, 1, 2])
    expect(() => text.from('ab\naé', { vocabulary, name: 'b.txt' })).toThrow(
      'The character "é" (U+00E9) at character 5 (line 2) of b.txt is not among the 3 characters',
    )
    expect(() => text.from('a\t', { vocabulary })).toThrow('The character U+0009 at character 2 of')
  })

  test.each([
    ['words', 'a b, c'],
    ['bytes', 'aé'],
    ['byte-pairs', 'abab abab'],
  ] as const)('may be read by %s', (tokens, source) => {
    const { vocabulary, tokens: read } = text.from(source, { tokens })
    expect(vocabulary.kind).toBe(tokens)
    expect(vocabulary.decode(read)).toBe(source)
    expect(read.length).not.toBe(source.length)
    expect(text.from(source, { vocabulary }).tokens).toEqual(read)
  })

  test('may have a limit of tokens, unless tokens are characters or bytes', () => {
    expect(text.from('a a b b c', { tokens: 'words', vocabularySize: 6 }).vocabulary.size).toBe(6)
    expect(text.from('abab', { tokens: 'byte-pairs', vocabularySize: 257 }).vocabulary.size).toBe(257)
    expect(() => text.from('a', { vocabularySize: 9 })).toThrow(
      'Tokens of kind characters take no vocabulary',
    )
    const few = text.from('a b', { tokens: 'words' })
    expect(() => split(few.tokens, { batch: 9, window: 9 }, undefined, unitOf(few.vocabulary))).toThrow(
      '2 tokens are too few',
    )
    expect(() => text.from('a', { tokens: 'letters' as 'words' })).toThrow(
      'tokens must be one of characters, words',
    )
  })

  test('has a hash that does not depend on line ends', async () => {
    const hash = await textHash(text.from('abc'))
    expect(hash).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(await textHash(text.from('a\r\nb'))).toBe(await textHash(text.from('a\nb')))
  })
})

describe('a vocabulary', () => {
  test('survives JSON', () => {
    const vocabulary = Vocabulary.of('Zaé😀')
    const again = Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)))
    expect(again.equals(vocabulary)).toBe(true)
    expect(again.equals(Vocabulary.of('Zaé'))).toBe(false)
  })

  test.each([[null], [[]], [['ab']], [['b', 'a']], [['a', 'a']], [[1]], ['ab']])('is not %j', (value) => {
    expect(() => Vocabulary.fromJSON(value)).toThrow('not a vocabulary')
  })

  test('refuses tokens that it does not have', () => {
    expect(() => Vocabulary.of('ab').decode([2])).toThrow('no token 2: the vocabulary has 2 symbols')
    expect(Vocabulary.of('ab').token('b')).toBe(1)
    expect(Vocabulary.of('ab').token('c')).toBeUndefined()
  })
})

describe('a text file', () => {
  test('is read as UTF-8, with its path as its name', async () => {
    const path = await file('good.txt', '\uFEFFé\r\n')
    const { name, vocabulary, report, reading } = await text.file(path)
    expect(name).toBe(path)
    expect(vocabulary.symbols).toEqual(['\n', 'é'])
    expect(report).toEqual({ carriageReturns: 1, byteOrderMark: true })
    expect(reading).toEqual({ keepCr: false })
  })

  test('may have another encoding, which reading it again needs', async () => {
    const path = await file('latin.txt', Uint8Array.of(0x63, 0xe9))
    const { vocabulary, reading } = await text.file(path, { encoding: 'latin1' })
    expect(vocabulary.symbols).toEqual(['c', 'é'])
    expect(reading).toEqual({ keepCr: false, encoding: 'latin1' })
    const wide = await file('wide.txt', Uint8Array.of(0xff, 0xfe, 0x61, 0, 0x62, 0))
    const read = await text.file(wide, { encoding: 'utf-16le' })
    expect(read.vocabulary.symbols).toEqual(['a', 'b'])
    expect(read.report.byteOrderMark).toBe(true)
  })

  test.each([
    ['invalid UTF-8', Uint8Array.of(0x61, 0x62, 0xe9, 0x63), 'byte 2 (0xe9) starts no character'],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x61, 0), 'is UTF-16, not UTF-8; give the encoding utf-16le'],
    ['binary', Uint8Array.of(0x61, 0, 0xff), 'not a text file: byte 1 is zero'],
    ['empty', new Uint8Array(), 'is empty'],
  ])('that is %s is refused', async (name, bytes, message) => {
    await expect(text.file(await file(`${name}.txt`, bytes))).rejects.toThrow(message)
  })

  test('that is missing, a folder or in no known encoding is refused', async () => {
    await expect(text.file(join(folder, 'nothing'))).rejects.toThrow('There is no file')
    await expect(text.file(folder)).rejects.toThrow('is a folder')
    const path = await file('a.txt', 'a')
    await expect(text.file(path, { encoding: 'utf-9' })).rejects.toThrow('no encoding "utf-9"')
    await expect(
      text.file(await file('odd.txt', Uint8Array.of(0x61)), { encoding: 'utf-16le' }),
    ).rejects.toThrow('not valid utf-16le')
  })
})

describe('the first invalid byte of UTF-8', () => {
  const parse = (hex: string): number[] => hex.match(/../g)!.map((byte) => Number.parseInt(byte, 16))
  const valid = '7f c280 e0a080 ed9fbf f0908080 f48fbfbf'.split(' ').map(parse)
  const invalid = '80 c1bf c2 c220 e09fbf eda080 efbf f08fbfbf f4908080 f5808080 ff'.split(' ').map(parse)

  test('is nowhere in what the decoder accepts, and where it stops elsewhere', () => {
    for (const bytes of valid) expect(firstInvalidByte(Uint8Array.from(bytes))).toBe(-1)
    for (const bytes of invalid) {
      expect(() => new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes))).toThrow(
        TypeError,
      )
      expect(firstInvalidByte(Uint8Array.from([0x61, ...bytes]))).toBe(1)
    }
  })

  test('is named in the error', () => {
    expect(() => decodeBytes(Uint8Array.of(0xc2, 0x80, 0xff), undefined, 'x')).toThrow('byte 2 (0xff)')
  })
})
