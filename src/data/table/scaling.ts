import { SluiceError } from '../../core/errors.ts'
import { oneOf } from '../check.ts'

/**
 * How numbers are brought to about the same size: `standard` to mean 0 and deviation 1, `minmax` to 0 … 1, `robust` to
 * median 0 and a middle half of width 1, `none` not at all.
 */
export type ScalingKind = 'standard' | 'minmax' | 'robust' | 'none'

/** All kinds of scaling. */
export const scalingKinds: readonly ScalingKind[] = ['standard', 'minmax', 'robust', 'none']

/** A scaled value is (value - shift) / scale. */
export interface ScaledColumn {
  readonly name: string
  readonly shift: number
  readonly scale: number
}

/** Named columns of numbers. */
export type NumberColumns = ReadonlyMap<string, ArrayLike<number>>

/** Scales columns, and scales predictions back. Fit it on the training part alone. */
export class Scaling {
  readonly kind: ScalingKind
  readonly columns: readonly ScaledColumn[]

  private constructor(kind: ScalingKind, columns: readonly ScaledColumn[]) {
    this.kind = kind
    this.columns = columns
  }

  /**
   * The scaling of some columns.
   * @param rows numbers of the rows of the training part; all unless given
   * @throws SluiceError `scaling-constant` for a column that is the same everywhere, `table-cell` for what is no finite number
   */
  static fit(columns: NumberColumns, kind: ScalingKind = 'standard', rows?: ArrayLike<number>): Scaling {
    const fitter = new ScalingFitter([...columns.keys()], kind)
    const chosen = (values: ArrayLike<number>): ArrayLike<number> =>
      rows ? Float64Array.from(rows, (row) => values[row]!) : values
    fitter.add(new Map([...columns].map(([name, values]) => [name, chosen(values)])))
    return fitter.finish()
  }

  /** A scaling of known columns. */
  static of(kind: ScalingKind, columns: readonly ScaledColumn[]): Scaling {
    return new Scaling(kind, columns)
  }

  /** Reads what `toJSON` gives. @throws SluiceError `scaling-format` */
  static fromJSON(value: unknown): Scaling {
    const { kind, columns } = (value ?? {}) as { readonly kind?: unknown; readonly columns?: unknown }
    const known = scalingKinds.find((name) => name === kind)
    if (known && Array.isArray(columns) && columns.every(isColumn)) {
      return new Scaling(
        known,
        columns.map(({ name, shift, scale }) => ({ name, shift, scale })),
      )
    }
    throw new SluiceError('scaling-format')
  }

  toJSON(): { readonly kind: ScalingKind; readonly columns: readonly ScaledColumn[] } {
    return { kind: this.kind, columns: this.columns }
  }

  /** The values of a column, scaled. @throws SluiceError `scaling-columns` */
  apply(name: string, values: ArrayLike<number>): Float32Array {
    const { shift, scale } = this.#column(name)
    return Float32Array.from(values, (value) => (value - shift) / scale)
  }

  /** Scaled values of a column as they were before. @throws SluiceError `scaling-columns` */
  inverse(name: string, values: ArrayLike<number>): Float64Array {
    const { shift, scale } = this.#column(name)
    return Float64Array.from(values, (value) => value * scale + shift)
  }

  /** Vectors `[steps][columns]`, in the order of the columns, scaled. @throws SluiceError `scaling-columns` */
  applyFrames(frames: ArrayLike<number>): Float32Array {
    return Float32Array.from(this.#frames(frames, ({ shift, scale }, value) => (value - shift) / scale))
  }

  /** Scaled vectors `[steps][columns]` as they were before. @throws SluiceError `scaling-columns` */
  inverseFrames(frames: ArrayLike<number>): Float64Array {
    return this.#frames(frames, ({ shift, scale }, value) => value * scale + shift)
  }

  #frames(frames: ArrayLike<number>, change: (column: ScaledColumn, value: number) => number): Float64Array {
    const count = this.columns.length
    if (frames.length % count !== 0)
      throw new SluiceError('scaling-columns', { expected: count, found: frames.length % count })
    return Float64Array.from(frames, (value, index) => change(this.columns[index % count]!, value))
  }

  #column(name: string): ScaledColumn {
    const column = this.columns.find((candidate) => candidate.name === name)
    if (column) return column
    throw new SluiceError('table-column/missing', {
      name: 'the scaling',
      column: name,
      columns: this.columns.map((candidate) => candidate.name).join(', '),
    })
  }
}

function isColumn(value: unknown): value is ScaledColumn {
  const { name, shift, scale } = (value ?? {}) as Partial<ScaledColumn>
  return typeof name === 'string' && Number.isFinite(shift) && Number.isFinite(scale) && scale! > 0
}

/** What is known of a column while rows are added. */
interface Summary {
  count: number
  mean: number
  /** Sum of the squared distances from the mean. */
  spread: number
  least: number
  most: number
  /** All values, where the kind needs them. */
  readonly values: number[]
}

/** Fits a scaling while rows stream by: add the batches of the training part, then finish. */
export class ScalingFitter {
  readonly #kind: ScalingKind
  readonly #columns: ReadonlyMap<string, Summary>

  /** @param kind `robust` keeps all values in memory, the others none */
  constructor(names: readonly string[], kind: ScalingKind) {
    this.#kind = oneOf('scaling', kind, scalingKinds)
    const empty = (): Summary => ({
      count: 0,
      mean: 0,
      spread: 0,
      least: Infinity,
      most: -Infinity,
      values: [],
    })
    this.#columns = new Map(names.map((name) => [name, empty()]))
  }

  /** Adds rows; mean and spread are updated one by one (Welford 1962). @throws SluiceError `table-cell` for what is no finite number */
  add(columns: NumberColumns): void {
    for (const [name, summary] of this.#columns) {
      const values = columns.get(name) ?? []
      for (let row = 0; row < values.length; row++) {
        if (!Number.isFinite(values[row])) throw notFinite(name, summary.count + 1, values[row])
        this.#addValue(summary, values[row]!)
      }
    }
  }

  #addValue(summary: Summary, value: number): void {
    summary.count++
    const away = value - summary.mean
    summary.mean += away / summary.count
    summary.spread += away * (value - summary.mean)
    summary.least = Math.min(summary.least, value)
    summary.most = Math.max(summary.most, value)
    if (this.#kind === 'robust') summary.values.push(value)
  }

  /** The scaling of all rows so far. @throws SluiceError `scaling-constant`, or `table-file` without rows */
  finish(): Scaling {
    const columns = [...this.#columns].map(([name, summary]): ScaledColumn => {
      if (summary.count === 0) throw new SluiceError('table-file/empty', { path: 'the training part' })
      if (this.#kind === 'none') return { name, shift: 0, scale: 1 }
      const { shift, scale } = fitted[this.#kind](summary)
      if (!Number.isFinite(shift) || !Number.isFinite(scale))
        throw new SluiceError('scaling-constant/large', { column: name, value: farthest(summary) })
      const isConstant = summary.least === summary.most || !(scale > 0)
      if (isConstant) throw new SluiceError('scaling-constant/same', { column: name, value: shift })
      return { name, shift, scale }
    })
    return Scaling.of(this.#kind, columns)
  }
}

const farthest = ({ least, most }: Summary): number => (-least > most ? least : most)

function notFinite(column: string, row: number, value: number | undefined): SluiceError {
  const name = 'the training part'
  return new SluiceError('table-cell/scaled', { name, column, row, value: String(value) })
}

const fitted: Readonly<
  Record<
    Exclude<ScalingKind, 'none'>,
    (summary: Summary) => { readonly shift: number; readonly scale: number }
  >
> = {
  standard: ({ count, mean, spread }) => ({ shift: mean, scale: Math.sqrt(spread / count) }),
  minmax: ({ least, most }) => ({ shift: least, scale: most - least }),
  robust: ({ values }) => {
    const sorted = Float64Array.from(values).sort()
    return { shift: quantile(sorted, 0.5), scale: quantile(sorted, 0.75) - quantile(sorted, 0.25) }
  },
}

/** A quantile of sorted values, on the line between neighbours (Hyndman and Fan 1996, type 7). */
function quantile(sorted: Float64Array, level: number): number {
  const place = (sorted.length - 1) * level
  const below = Math.floor(place)
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!]
  return low + (high - low) * (place - below)
}
