import { SluiceError } from '../../core/errors.ts'

/** An exact fraction in lowest terms; the denominator is positive. */
export interface Rational {
  readonly over: number
  readonly under: number
}

function divisor(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : divisor(b, a % b)
}

/** The fraction `over / under`. */
export function rational(over: number, under = 1): Rational {
  if (!Number.isSafeInteger(over) || !Number.isSafeInteger(under)) {
    throw new SluiceError('equation-too-large/size')
  }
  const common = divisor(over, under) * Math.sign(under)
  return { over: over / common, under: under / common }
}

function plus(a: Rational, b: Rational): Rational {
  return rational(a.over * b.under + b.over * a.under, a.under * b.under)
}

function times(a: Rational, b: Rational): Rational {
  return rational(a.over * b.over, a.under * b.under)
}

/** Key of the constant term of a size. */
const unit = ''

/**
 * A size as a linear form in named sizes, with exact coefficients: `hidden`, `input + hidden`, `4*hidden`, `64`.
 * While equations are read it may hold unknowns too. Never changes.
 */
export class Size {
  readonly #terms: ReadonlyMap<string, Rational>

  private constructor(terms: ReadonlyMap<string, Rational>) {
    this.#terms = terms
  }

  /** A known size. */
  static of(value: number | Rational): Size {
    return Size.#only(unit, typeof value === 'number' ? rational(value) : value)
  }

  /** A named size, such as `hidden`. */
  static named(name: string): Size {
    return Size.#only(name, rational(1))
  }

  static #only(key: string, factor: Rational): Size {
    return new Size(new Map(factor.over === 0 ? [] : [[key, factor]]))
  }

  /** Sum of two sizes. */
  plus(other: Size): Size {
    const terms = new Map(this.#terms)
    for (const [key, factor] of other.#terms) addTerm(terms, key, factor)
    return new Size(terms)
  }

  /** Sum of many sizes. */
  static sum(parts: readonly Size[]): Size {
    const terms = new Map<string, Rational>()
    for (const part of parts) for (const [key, factor] of part.#terms) addTerm(terms, key, factor)
    return new Size(terms)
  }

  /** Whether both are the same linear form. */
  equals(other: Size): boolean {
    if (this === other) return true
    if (this.#terms.size !== other.#terms.size) return false
    return [...this.#terms].every(([key, { over, under }]) => {
      const factor = other.#terms.get(key)
      return factor !== undefined && factor.over === over && factor.under === under
    })
  }

  /** This size times a fraction. */
  times(factor: Rational): Size {
    if (factor.over === 0) return new Size(new Map())
    return new Size(new Map([...this.#terms].map(([key, own]) => [key, times(own, factor)])))
  }

  minus(other: Size): Size {
    return this.plus(other.times(rational(-1)))
  }

  /** Whether this is the size 0. */
  get isZero(): boolean {
    return this.#terms.size === 0
  }

  /** The names in it, in the order of printing. */
  get names(): readonly string[] {
    return [...this.#terms.keys()].filter((key) => key !== unit).toSorted(byRank)
  }

  /** The size as a number, if no name is in it. */
  get known(): Rational | undefined {
    return this.names.length > 0 ? undefined : (this.#terms.get(unit) ?? rational(0))
  }

  /** Whether some sizes above zero make this zero: it has terms of both signs. */
  get canVanish(): boolean {
    const signs = new Set([...this.#terms.values()].map(({ over }) => Math.sign(over)))
    return signs.size !== 1
  }

  /** This size with names replaced by what they stand for, and the names in that too. */
  replaced(values: ReadonlyMap<string, Size>): Size {
    if (![...this.#terms.keys()].some((key) => values.has(key))) return this
    const terms = new Map<string, Rational>()
    for (const [key, factor] of this.#terms) {
      const value = values.get(key)
      if (!value) addTerm(terms, key, factor)
      else for (const [inner, share] of value.#terms) addTerm(terms, inner, times(share, factor))
    }
    return new Size(terms).replaced(values)
  }

  /** What `name` must be for this size to be zero. */
  solve(name: string): Size {
    const { over, under } = this.#terms.get(name)!
    return Size.named(name).minus(this.times(rational(under, over)))
  }

  /** The value for given sizes; a fraction if they do not fit. */
  value(sizes: Readonly<Record<string, number>>): Rational {
    let total = rational(0)
    for (const [key, factor] of this.#terms)
      total = plus(total, times(factor, rational(key === unit ? 1 : sizes[key]!)))
    return total
  }

  toString(): string {
    const keys = [...this.names, ...(this.#terms.has(unit) ? [unit] : [])]
    const [first = '0', ...rest] = keys.map((key) => termText(key, this.#terms.get(key)!))
    return [first, ...rest.map((term) => (term.startsWith('-') ? ` - ${term.slice(1)}` : ` + ${term}`))].join(
      '',
    )
  }
}

function addTerm(terms: Map<string, Rational>, key: string, factor: Rational): void {
  const own = terms.get(key)
  const total = own ? plus(own, factor) : factor
  if (total.over === 0) terms.delete(key)
  else terms.set(key, total)
}

/** `4*hidden`, `hidden/2`, `-3`. */
function termText(key: string, { over, under }: Rational): string {
  const share = under === 1 ? '' : `/${under}`
  if (key === unit) return `${over}${share}`
  const factor = over === 1 ? '' : over === -1 ? '-' : `${over}*`
  return `${factor}${key}${share}`
}

function byRank(a: string, b: string): number {
  return rank(a) - rank(b) || (a < b ? -1 : 1)
}

function rank(name: string): number {
  return name === 'input' ? 0 : name === 'hidden' ? 1 : 2
}
