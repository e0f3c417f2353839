import type { Instruction } from './fuse.ts'
import { valuesOf } from './pairs.ts'

/** Where values stand, as addresses: what a value from outside is read from, and where a new one goes. */
export interface Standing {
  readonly from: (value: number) => number
  readonly to: (value: number) => number | undefined
}

/**
 * An order in which each instruction stands after those whose values it needs, and, as far as that can be, after those
 * that read what stands where its own values go: these need no copy at the end then. Otherwise the order stays.
 */
export function ordered(list: readonly Instruction[], { from, to }: Standing): readonly Instruction[] {
  const made = new Set(list.flatMap(valuesOf))
  const old = (value: number): number | undefined => (made.has(value) ? to(value) : from(value))
  const left = [...list]
  const done: Instruction[] = []
  const isReady = ({ args }: Instruction): boolean =>
    !left.some((entry) => valuesOf(entry).some((value) => args.includes(value)))
  const overwrites = (entry: Instruction): boolean => {
    const places = new Set(valuesOf(entry).flatMap((value) => to(value) ?? []))
    const readers = left.filter((other) => other !== entry)
    return readers.some(({ args }) =>
      args.some((arg) => !valuesOf(entry).includes(arg) && places.has(old(arg) ?? Number.NaN)),
    )
  }
  while (left.length > 0) {
    const ready = left.filter(isReady)
    const next = ready.find((entry) => !overwrites(entry)) ?? ready[0]!
    left.splice(left.indexOf(next), 1)
    done.push(next)
  }
  return done
}
