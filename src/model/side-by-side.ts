/** A sequence of one row of a batch: numbers of its steps one after the other, and the step that it starts at. */
export interface Row {
  readonly numbers: ArrayLike<number>
  /** 0 unless given. */
  readonly from?: number
}

/** How rows stand in a batch. */
export interface Frame {
  readonly rows: number
  readonly steps: number
  /** Numbers of a step. */
  readonly width: number
  /** What stands where no row has a number. */
  readonly fill: number
}

/** Rows side by side, `[steps][rows][width]`. */
export function sideBySide<Data extends Int32Array | Float32Array>(
  data: Data,
  all: readonly Row[],
  { rows, width, fill }: Frame,
): Data {
  data.fill(fill)
  all.forEach(({ numbers, from = 0 }, row) => {
    for (let at = 0; at < numbers.length; at++) {
      const step = from + Math.floor(at / width)
      data[(step * rows + row) * width + (at % width)] = numbers[at]!
    }
  })
  return data
}

/** Whole numbers side by side, one a step. */
export function integers(all: readonly Row[], frame: Omit<Frame, 'width'>): Int32Array {
  return sideBySide(new Int32Array(frame.steps * frame.rows), all, { ...frame, width: 1 })
}

/** Vectors side by side. */
export function vectors(all: readonly Row[], frame: Frame): Float32Array {
  return sideBySide(new Float32Array(frame.steps * frame.rows * frame.width), all, frame)
}
