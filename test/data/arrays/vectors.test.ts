import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readArray, readVectors } from '../../../src/data/files/arrays.ts'
import { decodeNpy, imageRows, requireVectorSize, vectorsFrom, vectorsOf } from '../../../src/data/all.ts'

/** The bytes of a .npy file. */
function npy(
  type: string,
  shape: string,
  numbers: Uint8Array,
  { version = 1, fortran = 'False' } = {},
): Uint8Array {
  const header = `{'descr': '${type}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`
  const size = version === 1 ? 2 : 4
  const text = `${header.padEnd(117 - size)}\n`
  const length = [0, 8, 16, 24].slice(0, size).map((shift) => (text.length >> shift) & 255)
  return Uint8Array.from([
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    version,
    0,
    ...length,
    ...new TextEncoder().encode(text),
    ...numbers,
  ])
}

const bytesOf = (numbers: ArrayBufferView): Uint8Array => new Uint8Array(numbers.buffer)

describe('a .npy array', () => {
  test.each<readonly [string, ArrayBufferView, readonly number[]]>([
    ['<f4', Float32Array.of(0.5, -2), [0.5, -2]],
    ['<f8', Float64Array.of(0.1, 3), [Math.fround(0.1), 3]],
    ['|u1', Uint8Array.of(0, 255), [0, 255]],
    ['|i1', Int8Array.of(-1, 7), [-1, 7]],
    ['<i2', Int16Array.of(-300, 7), [-300, 7]],
    ['<u2', Uint16Array.of(65535, 7), [65535, 7]],
    ['<i4', Int32Array.of(-70000, 7), [-70000, 7]],
    ['<u4', Uint32Array.of(70000, 7), [70000, 7]],
  ])('of type %s is read as float32', (type, numbers, expected) => {
    for (const version of [1, 2]) {
      const { shape, data } = decodeNpy(npy(type, '(2,)', bytesOf(numbers), { version }))
      expect(shape).toEqual([2])
      expect([...data]).toEqual(expected)
    }
  })

  const numbers = bytesOf(Float32Array.of(1, 2))
  test.each<readonly [string, Uint8Array, string]>([
    ['no array', new TextEncoder().encode('some other file'), 'x is no .npy file'],
    [
      'of a later version',
      npy('<f4', '(2,)', numbers, { version: 3 }),
      'x is .npy of version 3; 1 and 2 are read',
    ],
    ['of another type', npy('>f4', '(2,)', numbers), 'x holds numbers of type >f4'],
    ['of objects', npy('|O', '(2,)', numbers), 'x holds numbers of type |O'],
    ['column by column', npy('<f4', '(2,)', numbers, { fortran: 'True' }), 'x is stored column by column'],
    ['cut off', npy('<f4', '(2, 2)', numbers), 'x has 8 bytes of numbers, and its shape (2, 2) needs 16'],
    ['damaged', npy('<f4', '?', numbers), 'x has a damaged header'],
  ])('that is %s is refused', (_what, bytes, message) => {
    expect(() => decodeNpy(bytes, 'x')).toThrow(message)
  })
})

describe('sequences of vectors', () => {
  const data = Float32Array.from({ length: 12 }, (_x, index) => index)

  test('are the parts of an array, up to their lengths', () => {
    const { size, sequences } = vectorsOf({ shape: [2, 3, 2], data }, { lengths: [3, 1] })
    expect(size).toBe(2)
    expect(sequences.map((frames) => [...frames])).toEqual([
      [0, 1, 2, 3, 4, 5],
      [6, 7],
    ])
    expect(vectorsOf({ shape: [1, 3, 2, 2], data }).size).toBe(4)
  })

  test('are nested lists', () => {
    const { size, sequences } = vectorsFrom([
      [
        [1, 2],
        [3, 4],
      ],
      [[5, 6]],
    ]) // two sequences
    expect(size).toBe(2)
    expect(sequences).toEqual([Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6)])
  })

  test('are rows of images', () => {
    expect(imageRows([[1, 2, 3, 4, 5, 6]], 2, 3)).toEqual({
      size: 3,
      sequences: [Float32Array.of(1, 2, 3, 4, 5, 6)],
    })
  })

  test('come from files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-arrays-'))
    try {
      const [array, lists] = [join(folder, 'a.npy'), join(folder, 'a.json')]
      await writeFile(array, npy('<f4', '(2, 3, 2)', bytesOf(data)))
      await writeFile(lists, '[[[1,2]]]')
      expect((await readArray(array)).shape).toEqual([2, 3, 2])
      expect((await readVectors(array, [1, 2])).sequences[1]).toEqual(Float32Array.of(6, 7, 8, 9))
      expect((await readVectors(lists)).sequences).toEqual([Float32Array.of(1, 2)])
      await writeFile(lists, '[[[1,2]')
      await expect(readVectors(lists)).rejects.toThrow('a.json holds no array of numbers')
      await expect(readVectors(join(folder, 'b.npy'))).rejects.toThrow('There is no file')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test.each<readonly [string, () => unknown, string]>([
    [
      'a sequence of length 0',
      () => vectorsOf({ shape: [2, 3, 2], data }, { lengths: [3, 0] }),
      'Sequence 1 has length 0; leave it out',
    ],
    ['a list of length 0', () => vectorsFrom([[[1]], []]), 'Sequence 1 has length 0; leave it out'],
    [
      'a length above the array',
      () => vectorsOf({ shape: [2, 3, 2], data }, { lengths: [4, 1] }),
      'Sequence 0 has length 4, above the 3 steps of the array',
    ],
    [
      'half a length',
      () => vectorsOf({ shape: [2, 3, 2], data }, { lengths: [1.5, 1] }),
      'Sequence 0 has length 1.5; lengths are whole',
    ],
    [
      'too few lengths',
      () => vectorsOf({ shape: [2, 3, 2], data }, { lengths: [1] }),
      'There are 2 sequences and 1 lengths',
    ],
    [
      'too few dimensions',
      () => vectorsOf({ shape: [4, 3], data }, { name: 'x' }),
      'x has the shape (4, 3); (sequences, steps, size) is needed',
    ],
    [
      'an image of another size',
      () =>
        imageRows(
          [
            [1, 2],
            [1, 2, 3],
          ],
          1,
          2,
        ),
      'Image 1 has size 3, and 2 is needed',
    ],
    [
      'vectors of another size',
      () => vectorsFrom([[[1, 2]], [[1, 2], [3]]]),
      'Sequence 1 has size 1, and 2 is needed',
    ],
    [
      'another size than a model reads',
      () => requireVectorSize(vectorsFrom([[[1, 2]]]), 3),
      'Sequence 0 has size 2, and 3 is needed',
    ],
    [
      'NaN',
      () => vectorsOf({ shape: [1, 2, 2], data: Float32Array.of(1, 2, 3, NaN) }),
      'Sequence 0, step 1, entry 1: the value is NaN',
    ],
    ['words', () => vectorsFrom([[[1, 'a']]], 'x'), 'x holds no array of numbers at sequence 0, step 0'],
    ['nothing', () => vectorsFrom([]), 'the array holds no array of numbers at its top'],
  ])('are refused with %s', (_what, read, message) => {
    expect(read).toThrow(message)
  })
})
