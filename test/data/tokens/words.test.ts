import { describe, expect, test } from 'vitest'
import { Words, tokenizerFromJSON } from '../../../src/data/index.ts'
import { wordPieces } from '../../../src/data/tokens/spacing.ts'

const shown = (words: Words, text: string): string[] => [...words.encode(text)].map((t) => words.symbol(t))

describe('words', () => {
  test('are cut from punctuation, numbers, line ends and white space', () => {
    expect(wordPieces("It's 3.14,\n  naïve-ish “é” 😀_x")).toEqual([
      "It's",
      ' ',
      '3.14',
      ',',
      '\n',
      '  ',
      'naïve',
      '-',
      'ish',
      ' ',
      '“',
      'é',
      '”',
      ' ',
      '😀',
      '_x',
    ])
  })

  test('take no token for the usual space, and one where a text differs', () => {
    const text = 'Call me (now), she said: a b  c f(x) well-known .\n'
    const words = Words.of(text)
    const expected = 'Call me ( now ) , she said : a b'.split(' ')
    const rest = ['  ', 'c', 'f', '<joined>', '(', 'x', ')', 'well', '-', 'known', ' ', '.', '\n']
    expect(shown(words, text)).toEqual([...expected, ...rest])
    expect(words.decode(words.encode(text))).toBe(text)
  })

  test.each([
    'Call me Ishmael. Some years ago--never mind how long precisely--having little or no money…',
    '"What?" he said, "it\'s 1,000.50 $ (or so)";\n\n\tindented:\n    if (a[i] !== b) { return -1 }\n',
    '  leading and trailing  ',
    '¿Qué? «Oui», dit-elle … 100 % — and/or a_b @home #1 \u00A0x',
    'KING LEAR:\nNothing will come of nothing: speak again.\n',
    'emoji 😀😀 and é (e\u0301), 日本語。',
  ])('give the text %j back exactly', (text) => {
    const words = Words.of(text)
    const tokens = words.encode(text)
    expect(words.decode(tokens)).toBe(text)
    const decoder = words.decoder()
    expect([...tokens].map((token) => decoder.next(token)).join('')).toBe(text)
    expect(tokens).not.toContain(0)
  })

  test('are ordered by frequency, then by code points; the rest are unknown', () => {
    const words = Words.of('b a b \u{1F600} \uFF5E c c b', 7)
    expect(words.symbols).toEqual(['<unknown>', '<joined>', '\n', ' ', 'b', 'c', 'a'])
    expect(Words.of('\u{1F600} \uFF5E').symbols.slice(4)).toEqual(['\uFF5E', '\u{1F600}'])
    expect(shown(words, 'a B d')).toEqual(['a', '<unknown>', '<unknown>'])
    expect(words.decode(words.encode('a B? b'))).toBe('a <unknown><unknown> b')
    expect(words.token('c')).toBe(5)
    expect(words.token('d')).toBeUndefined()
    expect(() => words.decode([7])).toThrow('There is no token 7: the vocabulary has 7 symbols')
  })

  test('go on in the middle of a text as if it had not been cut', () => {
    const text = 'one (two three), four-five\n six'
    const words = Words.of(text)
    const tokens = [...words.encode(text)]
    for (let cut = 0; cut <= tokens.length; cut++) {
      const first = words.decoder()
      const before = tokens.slice(0, cut).map((token) => first.next(token))
      const second = words.decoder(first.context)
      const after = tokens.slice(cut).map((token) => second.next(token))
      expect(first.context.length).toBeLessThan(2)
      expect([...before, ...after].join('')).toBe(text)
    }
  })

  test('survive JSON', () => {
    const words = Words.of('a b, b')
    const again = tokenizerFromJSON(JSON.parse(JSON.stringify(words)))
    expect(again.equals(words)).toBe(true)
    expect(again.equals(Words.of('a b b'))).toBe(false)
    expect([...again.encode('b, a')]).toEqual([...words.encode('b, a')])
  })

  test.each([
    [{ kind: 'words' }],
    [{ kind: 'words', words: ['a', 'a'] }],
    [{ kind: 'words', words: ['two words'] }],
    [{ kind: 'words', words: ['<unknown>'] }],
    [{ kind: 'words', words: [''] }],
    [{ kind: 'words', words: [1] }],
  ])('are not %j', (value) => {
    expect(() => tokenizerFromJSON(value)).toThrow('These are no tokens of words')
  })
})
