import { SluiceError } from 'sluice'
import type { Failure } from './messages.ts'

/** An error as it travels to the page. */
export function failureOf(error: unknown): Failure {
  if (error instanceof SluiceError) return { code: error.code, message: error.message }
  if (error instanceof RangeError && /memory|allocation|length/i.test(error.message))
    return {
      code: 'memory',
      message: 'The browser has not enough memory for this: take fewer units or a shorter window.',
    }
  return { message: error instanceof Error ? error.message : String(error) }
}
