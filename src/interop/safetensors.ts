import { SluiceError } from '../core/errors.ts'

/*
 * safetensors: 8 bytes with the length of the header (little-endian), the header in JSON, then the entries of all
 * tensors without gaps. https://huggingface.co/docs/safetensors
 */

/** Numbers and their shape, row-major. */
export interface Tensor {
  readonly shape: readonly number[]
  readonly data: Float32Array | Float64Array
}

/** What a file holds. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>
  /** Text by name. */
  readonly metadata: ReadonlyMap<string, string>
}

const types = { F32: Float32Array, F64: Float64Array } as const

type TypeName = keyof typeof types

/** The format allows no longer header. */
const longestHeader = 100_000_000

/** Writes tensors, those of eight bytes an entry first, so that all entries are aligned. */
export function writeSafetensors({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> {
  const ordered = [...tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT)
  const entries: [string, unknown][] = [['__metadata__', Object.fromEntries(metadata)]]
  let end = 0
  for (const [name, { shape, data }] of ordered) {
    const begin = end
    end += data.byteLength
    const dtype: TypeName = data instanceof Float64Array ? 'F64' : 'F32'
    entries.push([name, { dtype, shape, data_offsets: [begin, end] }])
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)))
  const header = Math.ceil(json.length / 8) * 8
  const file = new Uint8Array(8 + header + end).fill(0x20, 8, 8 + header)
  new DataView(file.buffer).setBigUint64(0, BigInt(header), true)
  file.set(json, 8)
  let at = 8 + header
  for (const [, { data }] of ordered) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return file
}

/**
 * Reads a file and checks all of it: lengths, types, shapes, and that the tensors cover the data without gap or overlap.
 * @param name what the bytes are, for errors
 */
export function readSafetensors(bytes: Uint8Array, name = 'the file'): TensorFile {
  const { header, data } = parts(bytes, name)
  const tensors = new Map<string, Tensor>()
  const spans: Span[] = []
  for (const [key, value] of Object.entries(header)) {
    if (key === '__metadata__') continue
    const span = spanOf(key, value, data.length, name)
    spans.push(span)
    tensors.set(key, { shape: span.shape, data: numbersIn(data, span) })
  }
  requireCover(spans, data.length, name)
  return { tensors, metadata: metadataOf(header, name) }
}

function parts(bytes: Uint8Array, name: string): { header: object; data: Uint8Array } {
  if (bytes.length < 8) throw new SluiceError('safetensors/short', { name, bytes: bytes.length })
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  if (length > longestHeader) throw new SluiceError('safetensors/header-long', { name })
  if (length > bytes.length - 8) throw new SluiceError('safetensors/header-cut', { name, bytes: length })
  const header = parse(bytes.subarray(8, 8 + length), name)
  return { header, data: bytes.subarray(8 + length) }
}

function parse(bytes: Uint8Array, name: string): object {
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new SluiceError('safetensors/header-json', { name }, { cause })
  }
  if (isObject(header)) return header
  throw new SluiceError('safetensors/header-object', { name })
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function metadataOf(header: object, name: string): ReadonlyMap<string, string> {
  const metadata: unknown = Object.getOwnPropertyDescriptor(header, '__metadata__')?.value ?? {}
  if (!isObject(metadata)) throw new SluiceError('safetensors/metadata', { name })
  const entries = Object.entries(metadata) as [string, unknown][]
  return new Map(
    entries.map(([key, value]) => {
      if (typeof value !== 'string') throw new SluiceError('safetensors/metadata-text', { name, key })
      return [key, value]
    }),
  )
}

/** One tensor of the header, checked. */
interface Span {
  readonly key: string
  readonly type: TypeName
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

function spanOf(key: string, value: unknown, length: number, name: string): Span {
  if (!isObject(value)) throw new SluiceError('safetensors/tensor', { name, key })
  const { dtype: type, shape, data_offsets: offsets } = value as Record<string, unknown>
  if (type !== 'F32' && type !== 'F64')
    throw new SluiceError('safetensors/type', { name, key, type: String(type) })
  if (!areCounts(shape)) throw new SluiceError('safetensors/shape', { name, key })
  if (!areCounts(offsets) || offsets.length !== 2) throw new SluiceError('safetensors/offsets', { name, key })
  const [begin = 0, end = 0] = offsets
  const needed = shape.reduce((count, next) => count * next, types[type].BYTES_PER_ELEMENT)
  if (end > length) throw new SluiceError('safetensors/end', { name, key })
  if (end - begin !== needed)
    throw new SluiceError('safetensors/size', { name, key, bytes: end - begin, needed })
  return { key, type, shape, begin, end }
}

function areCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0)
}

function numbersIn(data: Uint8Array, { type, begin, end }: Span): Float32Array | Float64Array {
  // A copy with a buffer of its own: aligned, and not a view into the file (as slice is for a Buffer of Node).
  const copy = new Uint8Array(data.subarray(begin, end))
  return new types[type](copy.buffer)
}

function requireCover(spans: readonly Span[], length: number, name: string): void {
  let covered = 0
  for (const { key, begin, end } of spans.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < covered) throw new SluiceError('safetensors/overlap', { name, key })
    if (begin > covered) throw new SluiceError('safetensors/gap', { name, key })
    covered = end
  }
  if (covered !== length) throw new SluiceError('safetensors/rest', { name, bytes: length - covered })
}
