import type { Size } from '../src/equations/index.ts'

/** Whole factors by the names that are multiplied, in order, with spaces between: `hidden input`. */
export type Polynomial = ReadonlyMap<string, number>

/** The sum of two polynomials. */
export function plus(one: Polynomial, other: Polynomial): Polynomial {
  const sum = new Map(one)
  for (const [names, factor] of other) sum.set(names, (sum.get(names) ?? 0) + factor)
  return sum
}

/** The product of sizes: the number of entries of a shape. */
export function productOf(shape: readonly Size[]): Polynomial {
  return shape.map(linear).reduce(times, new Map([['', 1]]))
}

function linear(size: Size): Polynomial {
  const zero = Object.fromEntries(size.names.map((name) => [name, 0]))
  const at = (sizes: Readonly<Record<string, number>>): number => {
    const { over, under } = size.value(sizes)
    return over / under
  }
  const rest = at(zero)
  const factors = size.names.map((name) => [name, at({ ...zero, [name]: 1 }) - rest] as const)
  return new Map([...factors, ...(rest === 0 ? [] : [['', rest] as const])])
}

function times(one: Polynomial, other: Polynomial): Polynomial {
  let product: Polynomial = new Map()
  for (const [left, factor] of one) {
    for (const [right, share] of other) {
      const names = [left, right].flatMap((text) => text.split(' ')).filter((name) => name !== '')
      product = plus(product, new Map([[names.toSorted().join(' '), factor * share]]))
    }
  }
  return product
}

/** The value of a polynomial for given sizes. */
export function valueAt(polynomial: Polynomial, sizes: Readonly<Record<string, number>>): number {
  return [...polynomial].reduce(
    (sum, [names, factor]) =>
      sum + names.split(' ').reduce((product, name) => product * (sizes[name] ?? 1), factor),
    0,
  )
}

/** `4 hidden² + 4 hidden·input + 4 hidden`. */
export function polynomialText(polynomial: Polynomial): string {
  const degree = (names: string): number => (names === '' ? 0 : names.split(' ').length)
  const ordered = [...polynomial].toSorted(([a], [b]) => degree(b) - degree(a) || (a < b ? -1 : 1))
  return ordered.map(([names, factor]) => termText(names, factor)).join(' + ') || '0'
}

function termText(names: string, factor: number): string {
  if (names === '') return String(factor)
  const [first, second] = names.split(' ')
  const product = second === undefined ? first : first === second ? `${first}²` : `${first}·${second}`
  return `${factor === 1 ? '' : `${factor} `}${product}`
}
