import { open } from 'node:fs/promises'

/** Longest piece of metrics that is read in one go. */
const longestRead = 1 << 20

/** Reads a file of lines that grows: each call gives the whole lines that were added since the last. */
export class GrowingLines {
  readonly #path: string
  #offset = 0
  #rest = ''

  constructor(path: string) {
    this.#path = path
  }

  /** New lines; `again` where the file became shorter, as when a run goes on from an earlier checkpoint. */
  async next(): Promise<{ readonly lines: readonly string[]; readonly again: boolean }> {
    const file = await open(this.#path).catch(() => undefined)
    if (!file) return { lines: [], again: false }
    try {
      const { size } = await file.stat()
      const again = size < this.#offset
      if (again) [this.#offset, this.#rest] = [0, '']
      const bytes = Buffer.alloc(Math.min(longestRead, size - this.#offset))
      const { bytesRead } = await file.read(bytes, 0, bytes.length, this.#offset)
      this.#offset += bytesRead
      const parts = (this.#rest + bytes.toString('latin1', 0, bytesRead)).split('\n')
      this.#rest = parts.pop()!
      return { lines: parts, again }
    } finally {
      await file.close()
    }
  }
}

/** An update of a run, as its metrics tell of it. */
export interface MetricsPoint {
  readonly step: number
  readonly loss: number
  readonly validation?: number
}

/** The update of a line of metrics; none where the line is torn or tells of something else. */
export function pointsOf(line: string): readonly MetricsPoint[] {
  try {
    const { step, loss, validation } = JSON.parse(line) as Partial<MetricsPoint>
    if (typeof step !== 'number' || typeof loss !== 'number') return []
    return [{ step, loss, ...(typeof validation === 'number' && { validation }) }]
  } catch {
    return []
  }
}
