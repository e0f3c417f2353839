/**
 * The modules in build/wasm: for one thread, and for threads that share memory; each without what few plans hold
 * (src/plan/rare.ts), and `full`.
 */
export type WasmFile = 'sluice.wasm' | 'sluice-threads.wasm' | 'sluice-full.wasm' | 'sluice-full-threads.wasm'

/** What WebAssembly needs of the program around it: Node (host-node.ts) or a browser (host-browser.ts). */
export interface Host {
  readonly cores: number
  /** Whether memory can be shared with workers. */
  readonly sharesMemory: boolean
  /** One of the modules, compiled once. @throws Unsupported when it is not there or does not work here */
  module(file: WasmFile): Promise<WebAssembly.Module>
  /** Starts a worker that does what a function says. */
  worker<To, From>(serve: Serve<To, From>): HostWorker<To, From>
}

/**
 * All that a worker does. Hosts start it from its text, so it must use nothing but its arguments and globals, and
 * define no function by name.
 */
export type Serve<To, From> = (
  listen: (handler: (message: To) => void) => void,
  post: (message: From, transfer?: ArrayBuffer[]) => void,
) => void

/** A worker as its owner sees it. */
export interface HostWorker<To, From> {
  post(message: To, transfer?: ArrayBuffer[]): void
  listen(onMessage: (message: From) => void, onError: (error: Error) => void): void
  /** Whether the program must stay alive for this worker. Idle workers do not keep it from ending. */
  hold(busy: boolean): void
}
