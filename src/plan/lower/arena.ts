import { Unsupported } from '../../core/errors.ts'

/** Fields of an operand record: where a vector of some blocks lives (see `operand` in ../format.ts). */
export interface Operand {
  readonly base: number
  readonly timeStride: number
  readonly chunkStride: number
  readonly rowStride: number
  readonly panelStride: number
  readonly unitStride: number
  readonly units: number
}

/** Numbers every layout depends on. */
export interface Shape {
  /** Entries of a vector register. */
  readonly width: number
  /** Rows of the batch. */
  readonly rows: number
  /** Longest window. */
  readonly steps: number
  /** Groups of rows for column sums. */
  readonly chunks: number
}

/** Floats between buffers: keeps rows of different buffers out of the same cache sets. */
const gap = 80

/** Addresses are 32-bit words. */
const mostFloats = 2 ** 31 - 1

export const roundUp = (count: number, multiple: number): number => Math.ceil(count / multiple) * multiple

/** Blocks of `width` entries that hold `size` entries. */
export const blocksOf = (size: number, width: number): number => Math.ceil(size / width)

/** A buffer of the arena, and the node of the window graph that it was made for; -1 for none. */
export interface Buffer {
  readonly base: number
  readonly floats: number
  readonly owner: number
}

/** Hands out the floats of the arena, each buffer on a cache line. */
export class Arena {
  readonly shape: Shape
  /** All that was handed out, in order. */
  readonly allocated: Buffer[] = []
  /** The node that buffers are made for now. */
  owner = -1
  #used = 16

  constructor(shape: Shape) {
    this.shape = shape
  }

  get floats(): number {
    return this.#used
  }

  /** @throws Unsupported when the arena grows beyond what a plan can address */
  allocate(floats: number): number {
    const base = this.#used
    this.allocated.push({ base, floats, owner: this.owner })
    this.#used += roundUp(floats, 16) + gap
    if (this.#used > mostFloats) throw new Unsupported('unsupported/plan-size')
    return base
  }

  /** One row after another, each padded to whole blocks: what products read. */
  rowMajor(size: number, slots: number): Operand {
    const { width, rows } = this.shape
    const rowStride = roundUp(size, width)
    const base = this.allocate(slots * rows * rowStride)
    return {
      base,
      timeStride: rows * rowStride,
      chunkStride: 0,
      rowStride,
      panelStride: width,
      unitStride: 0,
      units: 1,
    }
  }

  /** One block of entries after another, for all rows and steps: what only pointwise programs read. */
  blockMajor(size: number, slots: number): Operand {
    const { width, rows } = this.shape
    const panelStride = slots * rows * width
    const base = this.allocate(blocksOf(size, width) * panelStride)
    return {
      base,
      timeStride: rows * width,
      chunkStride: 0,
      rowStride: width,
      panelStride,
      unitStride: 0,
      units: 1,
    }
  }

  /** A memory: the places of a row one after the other. Its step is a place. */
  memory(places: number, size: number): Operand {
    const { width, rows } = this.shape
    const timeStride = roundUp(size, width)
    const rowStride = places * timeStride
    const base = this.allocate(rows * rowStride)
    return { base, timeStride, chunkStride: 0, rowStride, panelStride: width, unitStride: 0, units: 1 }
  }

  /** A number for each row, repeated over one block. */
  splat(slots: number): Operand {
    const { width, rows } = this.shape
    const base = this.allocate(slots * rows * width)
    return {
      base,
      timeStride: rows * width,
      chunkStride: 0,
      rowStride: width,
      panelStride: 0,
      unitStride: 0,
      units: 1,
    }
  }

  /** Column sums: one padded vector a chunk of rows. */
  sums(size: number): Operand {
    const { width, chunks } = this.shape
    const chunkStride = roundUp(size, width)
    const base = this.allocate(chunks * chunkStride)
    return { base, timeStride: 0, chunkStride, rowStride: 0, panelStride: width, unitStride: 0, units: 1 }
  }
}

/** The same place at another step: `steps` later. */
export const later = (operand: Operand, steps: number): Operand => ({
  ...operand,
  base: operand.base + steps * operand.timeStride,
})

/** Whether rows stand whole, as products read them. */
export const isRows = ({ panelStride, units }: Operand, width: number): boolean =>
  units === 1 && panelStride === width

/** A place that does not move with time. */
export const still = (operand: Operand): Operand => ({ ...operand, timeStride: 0 })

/** A vector that is the same for all rows, such as a parameter at `base`. */
export const constantRow = (base: number, width: number): Operand => ({
  base,
  timeStride: 0,
  chunkStride: 0,
  rowStride: 0,
  panelStride: width,
  unitStride: 0,
  units: 1,
})

/** Groups of rows: at most 8 rows each, in multiples of 8 groups so that threads share them evenly. */
export function chunksOf(rows: number): number {
  return rows <= 8 ? rows : 8 * Math.ceil(rows / 64)
}

/** Blocks side by side in a panel: up to four vectors for `slots` stacked products, wasting as little as possible. */
export function unitsOf(blocks: number, slots: number): number {
  if (slots > 2) return 1
  if (slots === 2) return blocks % 2 === 0 ? 2 : 1
  const panels = Math.ceil(blocks / 4)
  return Math.ceil(blocks / panels)
}

/** Tokens are whole numbers, one a step and row. */
export function tokenPlace(base: number, rows: number): Operand {
  return { ...constantRow(base, 1), timeStride: rows, rowStride: 1, panelStride: 0 }
}
