import { SluiceError } from '../core/errors.ts'

/**
 * Bytes to text; a byte-order mark stays.
 * @param encoding a label that `TextDecoder` knows, such as `latin1` or `utf-16le`; absent: UTF-8, and no NUL bytes
 * @param name what the bytes are, for errors
 * @param before bytes that stand before these, for the place in errors
 */
export function decodeBytes(
  bytes: Uint8Array,
  encoding: string | undefined,
  name: string,
  before = 0,
): string {
  if (encoding === undefined) refuseBinary(bytes, name, before)
  const decoder = decoderFor(encoding ?? 'utf-8')
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw failure(bytes, decoder.encoding, name, cause, before)
  }
}

function decoderFor(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
  } catch (cause) {
    throw new SluiceError('text-encoding/unknown', { encoding }, { cause })
  }
}

function refuseBinary(bytes: Uint8Array, name: string, before: number): void {
  const [first, second] = before === 0 ? bytes : []
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    const encoding = first === 0xff ? 'utf-16le' : 'utf-16be'
    throw new SluiceError('text-encoding/utf-16', { name, encoding })
  }
  const nul = bytes.indexOf(0)
  if (nul >= 0) throw new SluiceError('text-binary', { name, byte: before + nul })
}

function failure(bytes: Uint8Array, encoding: string, name: string, cause: unknown, before = 0): SluiceError {
  if (encoding !== 'utf-8') return new SluiceError('text-encoding/other', { name, encoding }, { cause })
  const byte = firstInvalidByte(bytes)
  if (byte < 0) return new SluiceError('text-too-large', { name }, { cause })
  const value = `0x${bytes[byte]!.toString(16).padStart(2, '0')}`
  return new SluiceError('text-encoding/utf-8', { name, byte: before + byte, value }, { cause })
}

/** Offset of the first byte that no valid UTF-8 character starts at, or -1 (Unicode 15, table 3-7). */
export function firstInvalidByte(bytes: Uint8Array): number {
  let at = 0
  while (at < bytes.length) {
    const length = characterLength(bytes, at)
    if (length === 0) return at
    at += length
  }
  return -1
}

function characterLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!
  if (lead < 0x80) return 1
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
  if (lead < 0xc2 || lead > 0xf4) return 0
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i]
    if (byte === undefined || byte < (i === 1 ? least : 0x80) || byte > (i === 1 ? most : 0xbf)) return 0
  }
  return length
}

/** How many bytes at the start of some UTF-8 are whole characters, where more bytes may follow. */
export function completeLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) break
    if (byte < 0xc0) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return length > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

/**
 * Bytes that come in pieces to text, without a byte-order mark at the start.
 * @param encoding as for `decodeBytes`
 * @throws SluiceError `text-encoding` or `text-binary`, with the place in all bytes
 */
export async function* decodeChunks(
  chunks: AsyncIterable<Uint8Array>,
  encoding: string | undefined,
  name: string,
): AsyncGenerator<string> {
  const isUtf8 = encoding === undefined || decoderFor(encoding).encoding === 'utf-8'
  const decode = isUtf8 ? utf8Pieces(encoding, name) : otherPieces(encoding, name)
  let isFirst = true
  const unmarked = (text: string): string => {
    const isMarked = isFirst && text.startsWith('\uFEFF')
    if (text !== '') isFirst = false
    return isMarked ? text.slice(1) : text
  }
  for await (const chunk of chunks) yield unmarked(decode(chunk, false))
  yield unmarked(decode(new Uint8Array(), true))
}

/** Gives the text of the next bytes; at the end that of what was left. */
type Pieces = (chunk: Uint8Array, isEnd: boolean) => string

function utf8Pieces(encoding: string | undefined, name: string): Pieces {
  let before = 0
  let rest = new Uint8Array()
  return (chunk, isEnd) => {
    const bytes = new Uint8Array(rest.length + chunk.length)
    bytes.set(rest)
    bytes.set(chunk, rest.length)
    const end = isEnd ? bytes.length : completeLength(bytes)
    const text = decodeBytes(bytes.subarray(0, end), encoding, name, before)
    before += end
    rest = bytes.slice(end)
    return text
  }
}

function otherPieces(encoding: string, name: string): Pieces {
  const decoder = decoderFor(encoding)
  return (chunk, isEnd) => {
    try {
      return decoder.decode(chunk, { stream: !isEnd })
    } catch (cause) {
      throw failure(chunk, decoder.encoding, name, cause)
    }
  }
}
