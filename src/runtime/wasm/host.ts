import type { FromWorker, ToWorker } from './worker.ts'

/** What WebAssembly needs of the program around it: Node (host-node.ts) or a browser. */
export interface Host {
  readonly cores: number
  /** One of the modules in build/wasm, compiled. @throws Unsupported when it is not there */
  module(file: 'sluice.wasm' | 'sluice-threads.wasm'): Promise<WebAssembly.Module>
  /** Starts a worker that does what src/runtime/wasm/worker.ts says. */
  worker(): HostWorker
}

/** A worker as its owner sees it. */
export interface HostWorker {
  post(message: ToWorker): void
  listen(onMessage: (message: FromWorker) => void, onError: (error: Error) => void): void
  /** Whether the program must stay alive for this worker. Idle workers do not keep it from ending. */
  hold(busy: boolean): void
}
