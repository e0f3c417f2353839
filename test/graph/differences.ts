import {
  Builder,
  differentiate,
  interpret,
  numbers,
  valueOf,
  type Type,
  type Value,
} from '../../src/graph/all.ts'

/** One operand of a case: its type and its entries. */
export interface Operand {
  readonly type: Type
  readonly data: readonly number[]
}

/** Writes the operation under test from its operands and returns its node. */
export type Write = (build: Builder, operands: readonly number[]) => number

const call = { steps: 2, rows: 2 }

/** Largest difference between the derivatives of sum(weights * f) by autodiff and by central differences. */
export function gradientError(
  operands: readonly Operand[],
  write: Write,
  fixed: readonly number[] = [],
): number {
  const build = new Builder(numbers)
  const leaves = operands.map(({ type }, i) => build.leaf('input', `x${i}`, type))
  const y = write(build, leaves)
  const seed = build.leaf('input', 'seed', build.type(y))
  const moving = leaves.filter((_leaf, i) => !fixed.includes(i))
  const gradients = differentiate(build, new Map([[y, seed]]), moving)
  const given = new Map<number, Value>()
  leaves.forEach((leaf, i) =>
    given.set(leaf, valueOf(operands[i]!.type, call.steps, call.rows, operands[i]!.data)),
  )
  const size = interpret({ nodes: build.nodes }, given, call, [y])[y]!.data.length
  const weights = Float64Array.from({ length: size }, (_unused, i) => Math.sin(i + 1))
  given.set(seed, { type: build.type(y), ...call, data: weights })
  const values = interpret({ nodes: build.nodes }, given, call)
  const total = (): number =>
    interpret({ nodes: build.nodes }, given, call, [y])[y]!.data.reduce(
      (sum, x, i) => sum + x * weights[i]!,
      0,
    )
  let worst = 0
  for (const leaf of moving) {
    const { data } = given.get(leaf)!
    const gradient = gradients.get(leaf)
    data.forEach((x, i) => {
      const h = 1e-6 * Math.max(1, Math.abs(x))
      data[i] = x + h
      const up = total()
      data[i] = x - h
      const difference = (up - total()) / (2 * h)
      data[i] = x
      const derived = gradient === undefined ? 0 : values[gradient]!.data[i]!
      worst = Math.max(worst, Math.abs(derived - difference) / Math.max(1, Math.abs(difference)))
    })
  }
  return worst
}

/** Value of one operation on given operands. */
export function value(operands: readonly Operand[], write: Write): readonly number[] {
  const build = new Builder(numbers)
  const leaves = operands.map(({ type }, i) => build.leaf('input', `x${i}`, type))
  const y = write(build, leaves)
  const given = new Map(
    leaves.map((leaf, i) => [leaf, valueOf(operands[i]!.type, call.steps, call.rows, operands[i]!.data)]),
  )
  return [...interpret({ nodes: build.nodes }, given, call)[y]!.data]
}

/** The derivative of one operation at single numbers, by its row of the table. */
export function slope(
  op: string,
  attributes: Record<string, unknown>,
  ...at: readonly number[]
): readonly number[] {
  const scalar: Type = { extent: 'once', shape: [] }
  const build = new Builder(numbers)
  const leaves = at.map((_x, i) => build.leaf('input', `x${i}`, scalar))
  const y = build.add(op, leaves, attributes)
  const gradients = differentiate(build, new Map([[y, build.constant(1)]]), leaves)
  const given = new Map(leaves.map((leaf, i) => [leaf, valueOf(scalar, 1, 1, [at[i]!])]))
  const values = interpret({ nodes: build.nodes }, given, { steps: 1, rows: 1 })
  return leaves.map((leaf) => values[gradients.get(leaf)!]!.data[0]!)
}
