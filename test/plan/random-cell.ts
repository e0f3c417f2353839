import { SluiceError } from '../../src/core/errors.ts'
import { Stream } from '../../src/core/random.ts'
import { type Cell, compile } from '../../src/equations/index.ts'

const sizes = ['hidden', 'input', 'p', '2 * hidden'] as const
type Size = (typeof sizes)[number]

/** Functions whose values and slopes stay small, around an expression. */
const functions: readonly ((a: string) => string)[] = [
  (a) => `sigmoid(${a})`,
  (a) => `tanh(${a})`,
  (a) => `relu(${a})`,
  (a) => `leaky_relu(${a})`,
  (a) => `elu(${a})`,
  (a) => `softplus(${a})`,
  (a) => `softsign(${a})`,
  (a) => `hard_sigmoid(${a})`,
  (a) => `log_sigmoid(${a})`,
  (a) => `abs(${a})`,
  (a) => `exp(-abs(${a}))`,
  (a) => `log(1 + abs(${a}))`,
  (a) => `sqrt(0.3 + (${a})^2)`,
  (a) => `(0.5 + abs(${a}))^1.5`,
  (a) => `clip(${a}, -0.5, 0.8)`,
  (a) => `-(${a})`,
  (a) => `(1 - ${a})`,
]

/** Operations on two expressions of one size. */
const pairs: readonly ((a: string, b: string) => string)[] = [
  (a, b) => `(${a} + ${b})`,
  (a, b) => `(${a} + ${b})`,
  (a, b) => `(${a} - ${b})`,
  (a, b) => `${a} * ${b}`,
  (a, b) => `${a} * ${b}`,
  (a, b) => `(${a}) / (0.6 + abs(${b}))`,
  (a, b) => `max(${a}, ${b})`,
  (a, b) => `min(${a}, ${b})`,
]

/**
 * A random well-formed cell over the sizes `input`, `hidden` and `p`: matrices on anything (also the other way round,
 * and the same one twice), blocks, concatenations, layer norm, divisions, vectors of parameters, states of several
 * sizes, several outputs. The same seed gives the same cell; texts that the language refuses are passed over.
 */
export function randomCell(seed: number): Cell {
  for (let attempt = 0; ; attempt++) {
    try {
      return compile(new CellWriter(new Stream(seed, attempt)).write(), { name: `random ${seed}` })
    } catch (error) {
      if (!(error instanceof SluiceError) || error.code === 'internal') throw error
    }
  }
}

class CellWriter {
  readonly #random: Stream
  readonly #headers: string[] = ['size p']
  readonly #matrices: { readonly name: string; readonly rows: Size; readonly columns: Size }[] = []
  readonly #vectors: { readonly name: string; readonly size: Size }[] = []
  readonly #known: { readonly name: string; readonly size: Size }[] = [{ name: 'x', size: 'input' }]

  constructor(random: Stream) {
    this.#random = random
  }

  write(): string {
    const states = Array.from({ length: this.#random.below(3) + 1 }, (_unused, i) => ({
      name: `s${i}`,
      size: i === 0 ? 'hidden' : this.#size(),
    }))
    for (const { name, size } of states) {
      this.#headers.push(`state ${name}: ${size}`)
      this.#known.push({ name, size })
    }
    const lines: string[] = []
    const define = (target: string, size: Size, value: string): void => {
      lines.push(`${target} = ${value}`)
      this.#known.push({ name: target, size })
    }
    states.forEach(({ name, size }, i) => {
      for (let n = this.#random.below(3); n > 0; n--) {
        const local = this.#size()
        define(`v${i}${n}`, local, this.#bounded(local, 2))
      }
      define(`${name}'`, size, this.#state(name, size))
    })
    const outputs = this.#outputs(lines)
    this.#headers.push(`vector anchor: p`, `output ${outputs.join(', ')}`)
    return [...this.#headers, ...lines, ''].join('\n')
  }

  /** One or two outputs: a value of any kind, or the new state. The first always uses every size name. */
  #outputs(lines: string[]): string[] {
    lines.push(
      `y = ${this.#matrix('hidden', 'p')} @ (${this.#bounded('p', 1)} + anchor) + ${this.#vector('hidden', 1)}`,
    )
    if (this.#chance(0.4)) return ['y']
    if (this.#chance(0.4)) return ['s0', 'y']
    const size = this.#size()
    lines.push(`z = ${this.#vector(size, 2)}`)
    return ['y', 'z']
  }

  #chance(share: number): boolean {
    return this.#random.uniform() < share
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random.below(list.length)]!
  }

  #size(): Size {
    return this.#pick(sizes)
  }

  /** A new value of a state: bounded, and most often a mixture with the previous one. */
  #state(name: string, size: Size): string {
    const value = this.#bounded(size, 3)
    if (this.#chance(0.4)) return value
    const gate = `sigmoid(${this.#vector(size, 2)})`
    return this.#chance(0.5)
      ? `${gate} * ${name} + (1 - ${gate}) * ${value}`
      : `0.6 * ${name} + ${gate} * ${value}`
  }

  #bounded(size: Size, depth: number): string {
    return `${this.#pick(['tanh', 'sigmoid', 'softsign', 'tanh'])}(${this.#vector(size, depth)})`
  }

  #vector(size: Size, depth: number): string {
    if (depth === 0) return this.#leaf(size)
    switch (this.#random.below(10)) {
      case 0:
        return this.#leaf(size)
      case 1:
      case 2:
      case 3:
        return this.#product(size, depth)
      case 4:
      case 5:
        return this.#pick(functions)(this.#vector(size, depth - 1))
      case 6:
        return this.#chance(0.5) ? this.#norm(size, depth) : this.#block(size, depth)
      default:
        return this.#pick(pairs)(this.#vector(size, depth - 1), this.#vector(size, depth - 1))
    }
  }

  #leaf(size: Size): string {
    const found = this.#known.filter((known) => known.size === size)
    if (found.length > 0 && this.#chance(0.7)) return this.#pick(found).name
    return this.#chance(0.15) ? `(0.5 + 0 * ${this.#parameter(size)})` : this.#parameter(size)
  }

  #parameter(size: Size): string {
    const known = this.#vectors.filter((vector) => vector.size === size)
    if (known.length > 0 && this.#chance(0.3)) return this.#pick(known).name
    const name = `b${this.#vectors.length}`
    this.#vectors.push({ name, size })
    this.#headers.push(`vector ${name}: ${size}`)
    return name
  }

  #matrix(rows: Size, columns: Size): string {
    const known = this.#matrices.filter((matrix) => matrix.rows === rows && matrix.columns === columns)
    if (known.length > 0 && this.#chance(0.3)) return this.#pick(known).name
    const turned = this.#matrices.filter((matrix) => matrix.rows === columns && matrix.columns === rows)
    if (turned.length > 0 && this.#chance(0.3)) return `${this.#pick(turned).name}^T`
    const name = `W${this.#matrices.length}`
    const isTurned = this.#chance(0.2)
    const shape = isTurned ? { rows: columns, columns: rows } : { rows, columns }
    this.#matrices.push({ name, ...shape })
    this.#headers.push(`matrix ${name}: [${shape.rows}, ${shape.columns}]`)
    return isTurned ? `${name}^T` : name
  }

  #product(size: Size, depth: number): string {
    if (this.#chance(0.25)) return this.#joined(size, depth)
    const operand = this.#size()
    return `(${this.#matrix(size, operand)} @ (${this.#vector(operand, depth - 1)}))`
  }

  /** A matrix on two vectors side by side, as gates have it. */
  #joined(size: Size, depth: number): string {
    const [a, b] = [this.#size(), this.#size()]
    const name = `J${this.#headers.length}`
    this.#headers.push(`matrix ${name}: [${size}, ${a} + ${b}]`)
    return `(${name} @ [${this.#vector(a, depth - 1)}, ${this.#vector(b, depth - 1)}])`
  }

  #norm(size: Size, depth: number): string {
    return `norm(${this.#vector(size, depth - 1)}, ${this.#parameter(size)}, ${this.#parameter(size)})`
  }

  #block(size: Size, depth: number): string {
    const which = this.#random.below(2)
    if (size === 'hidden' && this.#chance(0.5))
      return `block(${this.#vector('2 * hidden', depth - 1)}, ${which}, 2)`
    return `block([${this.#vector(size, depth - 1)}, ${this.#vector(size, depth - 1)}], ${which}, 2)`
  }
}
