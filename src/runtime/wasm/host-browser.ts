import { Unsupported } from '../../core/errors.ts'
import type { Host, HostWorker, Serve, WasmFile } from './host.ts'
import { Modules } from './modules.ts'

/** Where a page has a module from: its address, or its bytes. */
export type WasmSource = (
  file: WasmFile,
) => string | URL | BufferSource | Promise<string | URL | BufferSource>

/** Literal, so that bundlers find the files and put them beside the bundle. */
const shipped: WasmSource = (file) => {
  switch (file) {
    case 'sluice.wasm':
      return new URL('../../../build/wasm/sluice.wasm', import.meta.url)
    case 'sluice-threads.wasm':
      return new URL('../../../build/wasm/sluice-threads.wasm', import.meta.url)
    case 'sluice-full.wasm':
      return new URL('../../../build/wasm/sluice-full.wasm', import.meta.url)
    case 'sluice-full-threads.wasm':
      return new URL('../../../build/wasm/sluice-full-threads.wasm', import.meta.url)
  }
}

const shippedModules = new Modules((file) => read(file, shipped))

/**
 * WebAssembly in a page or a worker of one: modules from addresses, module workers. Memory is shared where the page is
 * cross-origin isolated.
 */
export function browserHost(source?: WasmSource): Host {
  const modules = source === undefined ? shippedModules : new Modules((file) => read(file, source))
  return {
    cores: navigator.hardwareConcurrency,
    sharesMemory: globalThis.crossOriginIsolated,
    module: (file) => modules.get(file),
    worker: (serve) => new BrowserWorker(serve),
  }
}

async function read(file: WasmFile, source: WasmSource): Promise<BufferSource> {
  const place = await source(file)
  return typeof place === 'string' || place instanceof URL ? fetchBytes(place) : place
}

async function fetchBytes(address: string | URL): Promise<ArrayBuffer> {
  try {
    const response = await fetch(address)
    if (!response.ok) throw new Error(`status ${response.status}`)
    return await response.arrayBuffer()
  } catch (cause) {
    const reason = (cause as Error).message
    throw new Unsupported('unsupported/wasm-fetch', { address: String(address), reason }, { cause })
  }
}

const notStarted = "a worker did not start: the page's policy must allow 'worker-src blob:'"

class BrowserWorker<To, From> implements HostWorker<To, From> {
  /** Addresses of programs, which last as long as the page. */
  static readonly #programs = new Map<string, string>()
  readonly #worker: Worker

  constructor(serve: Serve<To, From>) {
    this.#worker = new Worker(BrowserWorker.#addressOf(serve.toString()), { type: 'module', name: 'sluice' })
  }

  static #addressOf(serve: string): string {
    const known = this.#programs.get(serve)
    if (known !== undefined) return known
    const program = `(${serve})(
  (handler) => (onmessage = ({ data }) => handler(data)),
  (message, transfer) => postMessage(message, transfer),
)`
    const address = URL.createObjectURL(new Blob([program], { type: 'text/javascript' }))
    this.#programs.set(serve, address)
    return address
  }

  post(message: To, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer)
  }

  listen(...[onMessage, onError]: Parameters<HostWorker<To, From>['listen']>): void {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<From>) => onMessage(data))
    this.#worker.addEventListener('messageerror', () => onError(new Error('a message was not understood')))
    this.#worker.addEventListener('error', ({ message }) => onError(new Error(message ?? notStarted)))
  }

  /** A page ends when it is closed, busy or not. */
  hold(): void {}
}
