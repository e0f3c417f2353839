import type { Program, Runtime } from './types.ts'

/**
 * The largest `keepEvery` with which a program takes at most `bytes` bytes on a runtime, or the smallest that helps;
 * `undefined` where everything may be kept. Ask `runtime.bytes` what it takes then.
 */
export function keepEveryFor(runtime: Runtime, program: Program, bytes: number): number | undefined {
  const { keepEvery: _none, ...whole } = program
  const fits = (keepEvery: number): boolean => runtime.bytes!({ ...whole, keepEvery }) <= bytes
  if (!runtime.bytes || runtime.bytes(whole) <= bytes) return undefined
  let [most, least] = [program.steps - 1, 1]
  while (least < most) {
    const middle = Math.ceil((least + most) / 2)
    if (fits(middle)) least = middle
    else most = middle - 1
  }
  return Math.max(1, least)
}
