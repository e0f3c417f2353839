/** A stream that text goes to, such as `process.stdout`. */
export interface Sink {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Columns of a sink; 80 where it does not tell. */
export function widthOf({ columns = 80 }: Sink): number {
  return Math.max(10, columns)
}

/** Lines at the end of a terminal that are drawn anew again and again, with text that stays above them. */
export class Screen {
  readonly #sink: Sink
  #live: readonly string[] = []

  constructor(sink: Sink) {
    this.#sink = sink
  }

  /** Columns that a live line may take: one less than there are, since some terminals wrap a full line. */
  get width(): number {
    return widthOf(this.#sink) - 1
  }

  /** Draws the live lines; each must fit into `width`. */
  draw(lines: readonly string[]): void {
    this.#sink.write(this.#erase() + lines.map((line) => `${line}\n`).join(''))
    this.#live = lines
  }

  /** Writes lines above the live ones. */
  print(text: string): void {
    const live = this.#live.map((line) => `${line}\n`).join('')
    this.#sink.write(`${this.#erase()}${text}\n${live}`)
  }

  /** Takes the live lines away. */
  clear(): void {
    this.#sink.write(this.#erase())
    this.#live = []
  }

  /** To the start of the live lines, and erases from there. */
  #erase(): string {
    return this.#live.length === 0 ? '' : `\u001b[${this.#live.length}F\u001b[J`
  }
}
