import { sha256 } from './hash.ts'

/** Bytes that are hashed at once. */
const block = 2 ** 20

/** A hash of plain data, one thing after the other: the hash of each block of bytes goes into the next. */
export class Digest {
  #bytes = new Uint8Array(block)
  #length = 0
  #before = ''

  /** Adds numbers, strings, lists and objects of such. */
  async add(value: unknown): Promise<void> {
    this.#write(value)
    if (this.#length >= block / 2) await this.#close()
  }

  /** The hash of everything, in 64 hexadecimal digits. */
  async finish(): Promise<string> {
    await this.#close()
    return this.#before
  }

  async #close(): Promise<void> {
    this.#text(this.#before)
    this.#before = await sha256(this.#bytes.subarray(0, this.#length))
    this.#length = 0
  }

  #write(value: unknown): void {
    if (typeof value === 'number') return this.#number(value)
    if (typeof value === 'string') return this.#text(value)
    if (Array.isArray(value) || ArrayBuffer.isView(value))
      return this.#list(value as unknown as ArrayLike<unknown>)
    if (typeof value !== 'object' || value === null) return this.#text(String(value))
    for (const [key, part] of Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      this.#text(key)
      this.#write(part)
    }
  }

  #list(list: ArrayLike<unknown>): void {
    this.#number(list.length)
    for (let i = 0; i < list.length; i++) this.#write(list[i])
  }

  #text(text: string): void {
    const bytes = new TextEncoder().encode(text)
    this.#number(bytes.length)
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #number(value: number): void {
    this.#room(8)
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value, true)
    this.#length += 8
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const larger = new Uint8Array(2 * (this.#length + more))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
