import { SluiceError } from '../../core/errors.ts'

/** Numbers in the order of their last index. */
export interface NumberArray {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** How the numbers of a type are read, and how many bytes each takes. */
const types: Readonly<
  Record<string, readonly [bytes: number, read: (view: DataView, at: number) => number]>
> = {
  f4: [4, (view, at) => view.getFloat32(at, true)],
  f8: [8, (view, at) => view.getFloat64(at, true)],
  u1: [1, (view, at) => view.getUint8(at)],
  i1: [1, (view, at) => view.getInt8(at)],
  u2: [2, (view, at) => view.getUint16(at, true)],
  i2: [2, (view, at) => view.getInt16(at, true)],
  u4: [4, (view, at) => view.getUint32(at, true)],
  i4: [4, (view, at) => view.getInt32(at, true)],
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/**
 * Reads an array from the format of NumPy, versions 1 and 2, as float32.
 * @param name what the bytes are, for errors
 * @throws SluiceError `array-file`
 */
export function decodeNpy(bytes: Uint8Array, name = 'the array'): NumberArray {
  if (bytes.length < 12 || magic.some((byte, at) => bytes[at] !== byte))
    throw new SluiceError('array-file/other', { name })
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = bytes[6]!
  if (version !== 1 && version !== 2) throw new SluiceError('array-file/version', { name, version })
  const start = version === 1 ? 10 : 12
  const end = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true))
  const { type, shape } = readHeader(new TextDecoder('latin1').decode(bytes.subarray(start, end)), name)
  const [width, read] = types[type]!
  const count = shape.reduce((product, size) => product * size, 1)
  const found = bytes.length - end
  if (found !== count * width) {
    const given = { name, bytes: Math.max(0, found), shape: shapeText(shape), needed: count * width }
    throw new SluiceError('array-file/size', given)
  }
  return {
    shape,
    data: Float32Array.from({ length: count }, (_unused, index) => read(view, end + index * width)),
  }
}

/** A header is a dictionary such as {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }. */
function readHeader(
  header: string,
  name: string,
): { readonly type: string; readonly shape: readonly number[] } {
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1]
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1]
  const sizes = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1]
  if (type === undefined || order === undefined || sizes === undefined)
    throw new SluiceError('array-file/header', { name })
  const plain = type.replace(/^[<|]/, '')
  if (types[plain] === undefined) throw new SluiceError('array-file/type', { name, type })
  if (order === 'True') throw new SluiceError('array-file/order', { name })
  return { type: plain, shape: (sizes.match(/\d+/g) ?? []).map(Number) }
}

/** A shape as messages show it. */
export function shapeText(shape: readonly number[]): string {
  return `(${shape.join(', ')})`
}
