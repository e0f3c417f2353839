/*
 * Archives of plain files in the format of POSIX.1-1988 (ustar), which every system unpacks.
 */

const block = 512
/** Fields of a header: first byte and length. */
const fields = { name: [0, 100], size: [124, 12], sum: [148, 8], type: [156, 1], magic: [257, 5] } as const

/** Puts files into an archive. Paths are at most 100 bytes long. */
export function tar(files: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const parts = Array.from(files, ([path, bytes]) => [header(path, bytes.length), bytes] as const)
  const length = parts.reduce((sum, [, bytes]) => sum + block + padded(bytes.length), 2 * block)
  const archive = new Uint8Array(length)
  let at = 0
  for (const [head, bytes] of parts) {
    archive.set(head, at)
    archive.set(bytes, at + block)
    at += block + padded(bytes.length)
  }
  return archive
}

/** The files of an archive; undefined where it is none, or not whole. */
export function untar(archive: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined {
  const files = new Map<string, Uint8Array>()
  let at = 0
  for (; at + block <= archive.length;) {
    const head = archive.subarray(at, at + block)
    if (head[0] === 0) return files
    if (!isHeader(head)) return undefined
    const size = Number.parseInt(textOf(head, fields.size), 8)
    const end = at + block + size
    if (!(end <= archive.length)) return undefined
    const type = textOf(head, fields.type)
    if (type === '0' || type === '') files.set(textOf(head, fields.name), archive.slice(at + block, end))
    at += block + padded(size)
  }
  return undefined
}

/** Whether bytes begin as an archive does. */
export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= block && textOf(bytes, fields.magic) === 'ustar'
}

function padded(length: number): number {
  return Math.ceil(length / block) * block
}

function header(path: string, size: number): Uint8Array {
  const head = new Uint8Array(block)
  const write = (at: number, text: string): void => head.set(new TextEncoder().encode(text), at)
  write(fields.name[0], path)
  write(100, '0000644\0' + '0000000\0'.repeat(2))
  write(fields.size[0], `${octal(size, 11)}\0${octal(0, 11)}\0`)
  write(fields.type[0], '0')
  write(fields.magic[0], 'ustar\u{0}00')
  write(fields.sum[0], `${octal(sumOf(head), 6)}\0 `)
  return head
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}

/** Sum of a header's bytes, those of the sum itself as spaces. */
function sumOf(head: Uint8Array): number {
  const [from, length] = fields.sum
  return head.reduce((sum, byte, at) => sum + (at >= from && at < from + length ? 32 : byte), 0)
}

function isHeader(head: Uint8Array): boolean {
  return isTar(head) && Number.parseInt(textOf(head, fields.sum), 8) === sumOf(head)
}

function textOf(bytes: Uint8Array, [from, length]: readonly [number, number]): string {
  return new TextDecoder().decode(bytes.subarray(from, from + length)).replace(/\0.*$/s, '')
}
