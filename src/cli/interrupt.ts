import { exitCodes } from './failure.ts'

const signals = { SIGINT: exitCodes.interrupted, SIGTERM: 143 } as const

/** Tells when the user wants to stop. */
export interface Interrupt {
  readonly signal: AbortSignal
  /** How to exit after an interrupt. */
  readonly exitCode: number
  /** Listens no more. */
  stop(): void
}

/** Milliseconds in which two signals are one key press: npm passes on what the terminal has already sent. */
const together = 400

/**
 * Waits for Ctrl-C (and SIGTERM): the first asks to end in good order, the second ends at once.
 *
 * @param asked called at the first
 */
export function onInterrupt(asked?: () => void): Interrupt {
  const controller = new AbortController()
  let exitCode: number = exitCodes.interrupted
  let first = 0
  const listener = (name: NodeJS.Signals): void => {
    const again = controller.signal.aborted && performance.now() - first > together
    if (again) process.exit(exitCode)
    if (controller.signal.aborted) return
    first = performance.now()
    exitCode = signals[name as keyof typeof signals]
    controller.abort()
    asked?.()
  }
  for (const name of Object.keys(signals)) process.on(name, listener)
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode
    },
    stop() {
      for (const name of Object.keys(signals)) process.off(name, listener)
    },
  }
}
