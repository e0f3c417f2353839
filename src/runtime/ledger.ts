import type { Lowered, Place } from '../plan/index.ts'
import type { Exchange, Range } from './device.ts'
import { bufferRange, hull, merged, rangesOf } from './ranges.ts'
import type { Program, Run } from './types.ts'

/** Keeps account of what is written to the copy of an arena, and tells each call what to move. */
export class Ledger {
  readonly #program: Program
  readonly #lowered: Lowered
  readonly #writable: ReadonlySet<string>
  #written: Range[]

  /** @param writable names that are written, not read; constants stand in the copy already */
  constructor(program: Program, lowered: Lowered, writable: ReadonlySet<string>) {
    this.#program = program
    this.#lowered = lowered
    this.#writable = writable
    this.#written = lowered.constants.map(({ offset }) => ({
      start: offset,
      end: offset + lowered.target.vectorWidth,
    }))
  }

  /** `length` entries of an input were written at its places. */
  wrote(places: readonly Place[], length: number): void {
    for (const place of places) {
      const { kind, places: operands } = place
      const tokens = operands.map(({ base }) => ({ start: base, end: base + length }))
      this.#written.push(
        ...(kind === 'tokens' ? tokens : rangesOf(place, this.#program.steps, this.#lowered)),
      )
    }
  }

  /** Something was written to the buffer of all parameters that starts at `start`. */
  wroteBuffer(start: number): void {
    this.#written.push(bufferRange(this.#lowered, start))
  }

  /** Something was written to `floats` floats from `start` on. */
  wroteFloats(start: number, floats: number): void {
    this.#written.push({ start, end: start + floats })
  }

  /** What to move for a call: what was written since the last one, and all that this one computes and that can be read. */
  exchange(run?: Pick<Run, 'mode' | 'steps'>): Exchange {
    const written = merged(this.#written)
    this.#written = []
    return { written, wanted: run ? merged([...this.#outputs(run), ...this.#buffers(run)]) : [] }
  }

  #outputs({ mode, steps }: Pick<Run, 'mode' | 'steps'>): readonly Range[] {
    if (mode === 'update') return []
    const names = [...this.#lowered.places.keys()].filter(
      (name) => !this.#writable.has(name) && (mode === 'gradients' || !name.startsWith('d ')),
    )
    const places = names.flatMap((name) => this.#lowered.places.get(name)!)
    return places.flatMap((place) => hull(rangesOf(place, steps, this.#lowered)))
  }

  #buffers({ mode }: Pick<Run, 'mode'>): readonly Range[] {
    if (mode === 'forward') return []
    return Object.values(this.#lowered.buffers).map((start) => bufferRange(this.#lowered, start))
  }
}
