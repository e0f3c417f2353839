/** Messages to a worker: take a plan's memory, run a thread's part of a call, forget a plan. */
export type ToWorker =
  | {
      readonly kind: 'load'
      readonly id: number
      readonly module: WebAssembly.Module
      readonly memory: WebAssembly.Memory
      /** Where this worker's stack starts in the memory. */
      readonly stack: number
    }
  | { readonly kind: 'run'; readonly id: number; readonly thread: number }
  | { readonly kind: 'drop'; readonly id: number }

/** The answer to `run`: empty, or why it failed. */
export interface FromWorker {
  readonly error: string
}

/** What a worker does that shares memory with its owner (see `Serve` in host.ts). */
export function serveShared(
  listen: (handler: (message: ToWorker) => void) => void,
  post: (message: FromWorker) => void,
): void {
  const plans = new Map<number, WebAssembly.Instance>()
  listen((message) => {
    if (message.kind === 'load') {
      const instance = new WebAssembly.Instance(message.module, { env: { memory: message.memory } })
      ;(instance.exports['__stack_pointer'] as WebAssembly.Global).value = message.stack
      plans.set(message.id, instance)
    } else if (message.kind === 'drop') {
      plans.delete(message.id)
    } else {
      try {
        ;(plans.get(message.id)!.exports['run'] as (thread: number) => void)(message.thread)
        post({ error: '' })
      } catch (error) {
        post({ error: String(error) })
      }
    }
  })
}
