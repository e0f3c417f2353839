import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { Unsupported } from '../../core/errors.ts'
import type { Host, HostWorker } from './host.ts'
import { serve } from './worker.ts'

const folder = new URL('../../../build/wasm/', import.meta.url)
const modules = new Map<string, Promise<WebAssembly.Module>>()

const program = `const { parentPort } = require('node:worker_threads')
;(${serve.toString()})((handler) => parentPort.on('message', handler), (message) => parentPort.postMessage(message))`

/** WebAssembly in Node: modules from files, workers from worker_threads. */
export const nodeHost: Host = {
  cores: availableParallelism(),
  module(file) {
    const known = modules.get(file)
    if (known !== undefined) return known
    const compiled = compile(file)
    modules.set(file, compiled)
    compiled.catch(() => modules.delete(file))
    return compiled
  },
  worker() {
    return new NodeWorker()
  },
}

async function compile(file: string): Promise<WebAssembly.Module> {
  const bytes = await readFile(new URL(file, folder)).catch((cause: unknown) => {
    throw new Unsupported('unsupported/wasm-missing', {}, { cause })
  })
  return WebAssembly.compile(bytes)
}

class NodeWorker implements HostWorker {
  readonly #worker = new Worker(program, { eval: true, execArgv: [], name: 'sluice' })

  constructor() {
    this.#worker.unref()
  }

  post(message: Parameters<HostWorker['post']>[0]): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker of Node has no origin
    this.#worker.postMessage(message)
  }

  listen(...[onMessage, onError]: Parameters<HostWorker['listen']>): void {
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
