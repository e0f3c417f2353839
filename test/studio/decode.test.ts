import { expect, test } from 'vitest'
import { decodeFile } from '../../studio/src/worker/decode.ts'

const decode = (bytes: Uint8Array, encoding?: string, isCut = false): string =>
  decodeFile({ name: 'a.txt', bytes, isCut, ...(encoding !== undefined && { encoding }) })

test('bytes that are no text in an encoding are refused, with what to do', () => {
  const latin = Buffer.from('café au lait', 'latin1')
  expect(() => decode(latin)).toThrow('a.txt is not UTF-8: byte 3 (0xe9) starts no character.')
  expect(() => decode(latin)).toThrow('choose its encoding')
  expect(decode(latin, 'windows-1252')).toBe('café au lait')
  const wide = Buffer.from('\uFEFFcafé', 'utf16le')
  expect(() => decode(wide)).toThrow('a.txt is UTF-16 (utf-16le), not UTF-8.')
  expect(decode(wide, 'utf-16le')).toBe('\uFEFFcafé')
  const swapped = Buffer.from(wide).swap16()
  expect(() => decode(swapped)).toThrow('a.txt is UTF-16 (utf-16be), not UTF-8.')
  expect(decode(swapped, 'utf-16be')).toBe('\uFEFFcafé')
  expect(() => decode(wide.subarray(2))).toThrow('holds a zero at byte 1')
  expect(() => decode(latin, 'shift_jis')).toThrow('a.txt is not shift_jis.')
})

test('a character that is torn where a long file was cut is left out', () => {
  const bytes = Buffer.from('ab🦊')
  for (const length of [3, 4, 5]) expect(decode(bytes.subarray(0, length), undefined, true)).toBe('ab')
  expect(decode(bytes, undefined, true)).toBe('ab🦊')
  expect(() => decode(Buffer.from([97, 255, 97, 97, 97, 97]), undefined, true)).toThrow('byte 1 (0xff)')
})
