import type { Sizes } from '../../graph/index.ts'
import { Size, rational } from './size.ts'

/** Two sizes that a cell needs equal, and why. */
export interface SizeConstraint {
  readonly left: Size
  readonly right: Size
  /** The place and operands that need it: ``line 2: `x` and `W @ h` ``. */
  readonly reason: string
}

/** Thrown by the solver where two sizes can never be equal; the builder of graphs words it. */
export class SizeConflict extends Error {
  readonly left: Size
  readonly right: Size

  constructor(left: Size, right: Size) {
    super(`${String(left)} and ${String(right)} differ`)
    this.left = left
    this.right = right
  }
}

/**
 * Solves the sizes of a cell exactly, one equality at a time (Gauss). Sizes hold unknowns, which are solved for, and
 * free names, whose equalities become constraints on whoever fixes the sizes.
 */
export class Solver implements Sizes<Size> {
  readonly constraints: SizeConstraint[] = []
  /** Words why the equalities to come are needed. */
  reason: () => string = () => ''
  readonly #unknowns = new Set<string>()
  readonly #solutions = new Map<string, Size>()
  readonly #pivots = new Map<string, Size>()

  /** A new unknown; its name says what it is the size of. */
  unknown(name: string): Size {
    this.#unknowns.add(name)
    return Size.named(name)
  }

  same(a: Size, b: Size): Size {
    if (a.equals(b)) return a
    const difference = this.resolve(a.minus(b))
    const unknown = difference.names.find((name) => this.#unknowns.has(name))
    if (unknown !== undefined) this.#solutions.set(unknown, difference.solve(unknown))
    else if (!difference.isZero) this.#constrain(a, b, difference)
    return a
  }

  sum(parts: readonly Size[]): Size {
    return Size.sum(parts)
  }

  part(whole: Size, count: number): Size {
    return whole.times(rational(1, count))
  }

  of(size: number | Size): Size {
    return typeof size === 'number' ? Size.of(size) : size
  }

  /** A size with every solved unknown replaced. */
  resolve(size: Size): Size {
    return size.replaced(this.#solutions)
  }

  /** The first unknown in a size that nothing solves. */
  open(size: Size): string | undefined {
    return this.resolve(size).names.find((name) => this.#unknowns.has(name))
  }

  #constrain(left: Size, right: Size, difference: Size): void {
    const rest = difference.replaced(this.#pivots)
    if (rest.isZero) return
    if (!difference.canVanish || !rest.canVanish)
      throw new SizeConflict(this.resolve(left), this.resolve(right))
    const pivot = rest.names[0]!
    this.#pivots.set(pivot, rest.solve(pivot))
    this.constraints.push({ left: this.resolve(left), right: this.resolve(right), reason: this.reason() })
  }
}
