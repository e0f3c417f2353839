import { describe, expect, test } from 'vitest'
import { BytePairs, Vocabulary, Words } from '../../src/data/index.ts'
import { decodeModel, encodeModel, readSafetensors, writeSafetensors } from '../../src/interop/index.ts'

/** A file from its header and data, as another program might write it. */
function fileOf(header: unknown, data: Uint8Array = new Uint8Array(), length?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const file = new Uint8Array(8 + json.length + data.length)
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(json.length), true)
  file.set(json, 8)
  file.set(data, 8 + json.length)
  return file
}

const bytesOf = (...numbers: number[]): Uint8Array => new Uint8Array(Float32Array.from(numbers).buffer)

describe('safetensors', () => {
  test('survive writing and reading, bit for bit', () => {
    const tensors = new Map([
      ['a', { shape: [2, 2], data: Float32Array.of(1.5, -0, NaN, Infinity) }],
      ['scalar', { shape: [], data: Float64Array.of(Math.PI) }],
      ['none', { shape: [0, 3], data: new Float32Array() }],
    ])
    const metadata = new Map([['note', 'größer "quoted"']])
    const read = readSafetensors(writeSafetensors({ tensors, metadata }))
    expect(read.metadata).toEqual(metadata)
    expect(new Map(read.tensors)).toEqual(tensors)
    expect(Object.is(read.tensors.get('a')!.data[1], -0)).toBe(true)
  })

  test('have the layout of the format: length, padded header, aligned data', () => {
    const tensors = new Map([
      ['w', { shape: [1], data: Float32Array.of(2) }],
      ['d', { shape: [1], data: Float64Array.of(3) }],
    ])
    const bytes = writeSafetensors({ tensors, metadata: new Map() })
    const view = new DataView(bytes.buffer)
    const length = Number(view.getBigUint64(0, true))
    expect(length % 8).toBe(0)
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
      __metadata__: {},
      d: { dtype: 'F64', shape: [1], data_offsets: [0, 8] },
      w: { dtype: 'F32', shape: [1], data_offsets: [8, 12] },
    })
    expect(view.getFloat64(8 + length, true)).toBe(3)
    expect(view.getFloat32(16 + length, true)).toBe(2)
  })

  test('of other programs are read, in any order and from a part of a buffer', () => {
    const header = {
      b: { dtype: 'F32', shape: [1], data_offsets: [4, 8] },
      a: { dtype: 'F32', shape: [1, 1], data_offsets: [0, 4] },
    }
    const file = fileOf(header, bytesOf(1, 2))
    const within = Buffer.concat([Buffer.of(0), file]).subarray(1)
    const { tensors, metadata } = readSafetensors(within)
    expect(tensors.get('a')).toEqual({ shape: [1, 1], data: Float32Array.of(1) })
    expect(tensors.get('b')).toEqual({ shape: [1], data: Float32Array.of(2) })
    expect(metadata.size).toBe(0)
  })

  const one = { dtype: 'F32', shape: [1], data_offsets: [0, 4] }
  test.each<[string, Uint8Array, string]>([
    ['too short', Uint8Array.of(1, 2, 3), 'it has 3 bytes'],
    ['with a huge header', fileOf('{}', new Uint8Array(), 2n ** 63n), 'longer than the format allows'],
    ['cut off in its header', fileOf('{}', new Uint8Array(), 3n), 'its header of 3 bytes is cut off'],
    ['without JSON', fileOf('{'), 'its header is not JSON'],
    ['with a list for a header', fileOf([]), 'its header is not an object'],
    ['with metadata that is no text', fileOf({ __metadata__: { a: 1 } }), 'its metadata "a" is not text'],
    ['with metadata that is a list', fileOf({ __metadata__: [] }), 'its metadata is not an object'],
    ['with something else in place of a tensor', fileOf({ w: 1 }), '"w" is not a tensor'],
    [
      'of whole numbers',
      fileOf({ w: { ...one, dtype: 'I8' } }, bytesOf(1)),
      '"w" has type I8, and only F32 and F64',
    ],
    ['with a negative size', fileOf({ w: { ...one, shape: [-1] } }, bytesOf(1)), '"w" has no shape'],
    ['with one offset', fileOf({ w: { ...one, data_offsets: [0] } }, bytesOf(1)), '"w" has no offsets'],
    ['cut off in its data', fileOf({ w: one }, bytesOf(1).subarray(1)), '"w" ends behind the end'],
    [
      'with a shape that is too large',
      fileOf({ w: { ...one, shape: [2 ** 40, 2 ** 40] } }, bytesOf(1)),
      'its shape asks for',
    ],
    [
      'with offsets that fall',
      fileOf({ w: { ...one, data_offsets: [4, 0] } }, bytesOf(1)),
      '"w" has -4 bytes',
    ],
    ['with an overlap', fileOf({ v: one, w: one }, bytesOf(1)), '"w" overlaps another tensor'],
    ['with a gap', fileOf({ w: { ...one, data_offsets: [4, 8] } }, bytesOf(1, 2)), 'unused bytes before "w"'],
    ['with bytes left over', fileOf({ w: one }, bytesOf(1, 2)), '4 bytes at its end belong to no tensor'],
  ])('that are %s are refused', (_what, file, message) => {
    expect(() => readSafetensors(file, 'w.safetensors')).toThrow(
      'w.safetensors is not a whole safetensors file: ',
    )
    expect(() => readSafetensors(file)).toThrow(message)
  })
})

describe('a model file', () => {
  const model = {
    config: { layers: [{ equations: "h' = tanh(W @ x)" }] },
    vocabulary: Vocabulary.of('a\né😀"'),
    parameters: new Map([['layers.0.W', { shape: [1, 2], data: Float64Array.of(0.1, 2) }]]),
  }

  test('stands alone: equations, vocabulary and weights in float32', () => {
    const read = decodeModel(encodeModel(model))
    expect(read.config).toEqual(model.config)
    expect(read.vocabulary!.equals(model.vocabulary)).toBe(true)
    expect(read.parameters.get('layers.0.W')).toEqual({ shape: [1, 2], data: Float32Array.of(0.1, 2) })
  })

  test.each([Words.of('a b, b'), BytePairs.of('abab', 257)])('keeps tokens of any kind', (vocabulary) => {
    const read = decodeModel(encodeModel({ ...model, vocabulary }))
    expect(read.vocabulary!.kind).toBe(vocabulary.kind)
    expect(read.vocabulary!.equals(vocabulary)).toBe(true)
  })

  test('of other programs or later versions is refused', () => {
    const written = (entries: [string, string][]): Uint8Array =>
      writeSafetensors({ tensors: new Map(), metadata: new Map(entries) })
    expect(() => decodeModel(written([]), 'm')).toThrow('m holds tensors, but no model that Sluice wrote')
    expect(() => decodeModel(written([['sluice.format', '2']]), 'm')).toThrow(
      'm has format 2; this version reads 1',
    )
    expect(() => decodeModel(written([['sluice.format', '1']]), 'm')).toThrow('m has damaged metadata')
    const noWords = written([
      ['sluice.format', '1'],
      ['sluice.config', '{}'],
      ['sluice.vocabulary', '[]'],
    ])
    expect(() => decodeModel(noWords)).toThrow('not a vocabulary')
  })
})
