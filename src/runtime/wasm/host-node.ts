import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { Unsupported } from '../../core/errors.ts'
import type { Host, HostWorker, Serve, WasmFile } from './host.ts'
import { Modules } from './modules.ts'

const folder = new URL('../../../build/wasm/', import.meta.url)
const modules = new Modules(read)

/** WebAssembly in Node: modules from files, workers from worker_threads. */
export const nodeHost: Host = {
  cores: availableParallelism(),
  sharesMemory: true,
  module: (file) => modules.get(file),
  worker: (serve) => new NodeWorker(serve),
}

async function read(file: WasmFile): Promise<BufferSource> {
  return readFile(new URL(file, folder)).catch((cause: unknown) => {
    throw new Unsupported('unsupported/wasm-missing', {}, { cause })
  })
}

class NodeWorker<To, From> implements HostWorker<To, From> {
  readonly #worker: Worker

  constructor(serve: Serve<To, From>) {
    const program = `const { parentPort } = require('node:worker_threads')
;(${serve.toString()})(
  (handler) => parentPort.on('message', handler),
  (message, transfer) => parentPort.postMessage(message, transfer),
)`
    this.#worker = new Worker(program, { eval: true, execArgv: [], name: 'sluice' })
    this.#worker.unref()
  }

  post(message: To, transfer?: ArrayBuffer[]): void {
    this.#worker.postMessage(message, transfer)
  }

  listen(...[onMessage, onError]: Parameters<HostWorker<To, From>['listen']>): void {
    this.#worker.on('message', onMessage)
    this.#worker.on('error', onError)
    this.#worker.on('messageerror', onError)
    this.#worker.on('exit', (code) => onError(new Error(`a worker ended with code ${code}`)))
    this.#worker.unref() // listening for messages holds it again
  }

  hold(busy: boolean): void {
    if (busy) this.#worker.ref()
    else this.#worker.unref()
  }
}
