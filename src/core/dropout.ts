import { threefry } from './random.ts'

/** Key of the dropout mask of one update and stream (a stream is one place of dropout in a model). */
export function dropoutKey(seed: number, update: number, stream: number): readonly [number, number] {
  return threefry(seed >>> 0, 0x736c7563, update >>> 0, stream >>> 0)
}

/** Whether the mask keeps a unit of a row; `rate` in [0, 1) is the share dropped. */
export function keeps(key: readonly [number, number], row: number, unit: number, rate: number): boolean {
  return threefry(key[0], key[1], row, unit)[0] >= dropThreshold(rate)
}

/** Words below this are dropped. */
export function dropThreshold(rate: number): number {
  return Math.round(rate * 2 ** 32)
}
