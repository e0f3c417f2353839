import { Unsupported } from '../../core/errors.ts'

/** Bytes of a new memory beside the plan: the main stack (1 MiB) and the module's own data. */
export const firstBytes = 2 * 2 ** 20

const pageBytes = 65536
const mostPages = 65536
/** Freed memories that are kept for the next plans. */
const mostSpare = 2

/**
 * Hands out memories and takes them back. A shared memory lives as long as any worker has seen it, which only that
 * worker's garbage collection ends; so a freed one is used again rather than left behind.
 */
export class Memories {
  readonly #shared: boolean
  readonly #spare: WebAssembly.Memory[] = []

  constructor(shared: boolean) {
    this.#shared = shared
  }

  /** A memory of zeros with room for so many bytes. @throws Unsupported when there is no more */
  take(bytes: number): WebAssembly.Memory {
    const memory = this.#spare.pop() ?? this.#make(bytes)
    new Uint8Array(memory.buffer).fill(0)
    grow(memory, bytes)
    return memory
  }

  /** Takes back a memory that nothing runs in any more. */
  give(memory: WebAssembly.Memory): void {
    if (this.#spare.length < mostSpare) this.#spare.push(memory)
  }

  #make(bytes: number): WebAssembly.Memory {
    const initial = pagesOf(bytes)
    return attempt(bytes, () =>
      this.#shared
        ? new WebAssembly.Memory({ initial, maximum: mostPages, shared: true })
        : new WebAssembly.Memory({ initial }),
    )
  }
}

/** Makes room for so many bytes in all. @throws Unsupported when there is no more */
export function grow(memory: WebAssembly.Memory, bytes: number): void {
  const missing = pagesOf(bytes) - memory.buffer.byteLength / pageBytes
  if (missing > 0) attempt(bytes, () => memory.grow(missing))
}

const pagesOf = (bytes: number): number => Math.ceil(bytes / pageBytes)

function attempt<T>(bytes: number, task: () => T): T {
  try {
    return task()
  } catch (cause) {
    throw tooLarge(bytes, cause)
  }
}

/** The error where a program needs so many bytes and does not get them. */
export function tooLarge(bytes: number, cause: unknown): Unsupported {
  return new Unsupported('unsupported/wasm-memory', { size: `${Math.ceil(bytes / 2 ** 20)} MiB` }, { cause })
}
