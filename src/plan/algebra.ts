import type { Attributes, Builder, Node } from '../graph/index.ts'
import { operation } from '../graph/index.ts'
import { scalars } from '../graph/meanings/scalars.ts'

/** A vector as a number for each row times a vector. */
interface Scaled {
  readonly scale: number | undefined
  readonly vector: number
}

/**
 * Writes the nodes of a step in a form that takes less work, by what holds for all numbers: what is the same for all
 * entries is computed once, a vector is divided by a number as a product with its inverse, and factors and addends whose
 * sums are known leave the sums over entries.
 */
export class Algebra {
  readonly #build: Builder
  /** Sums over entries that are there, by vector. */
  readonly #sums = new Map<number, number>()

  constructor(build: Builder) {
    this.#build = build
  }

  /** Appends an operation in its simplest form and returns the number of its value. */
  add(op: string, inputs: readonly number[], attributes: Attributes = {}, name?: string): number {
    const own = this.#bare(op, inputs)
    const simple = this.#simplified(op, own, attributes)
    if (simple === undefined) return this.#build.add(op, own, attributes, name)
    if (name !== undefined && this.#node(simple).name === undefined) this.#build.rename(simple, name)
    return simple
  }

  #simplified(op: string, inputs: readonly number[], attributes: Attributes): number | undefined {
    const [a, b] = inputs as [number, number]
    if (op === 'sum') return this.#sum(a)
    if (op === 'mean') return this.#mean(a)
    return (
      this.#folded(op, inputs, attributes) ??
      this.#once(op, inputs, attributes) ??
      (op === 'div' ? this.#quotient(a, b) : undefined) ??
      (op === 'mul' ? (this.#gathered(a, b) ?? this.#gathered(b, a)) : undefined) ??
      (op === 'add' ? (this.#twice(a, b) ?? this.#twice(b, a)) : undefined)
    )
  }

  /** The inputs of an operation that gives a vector anyway, with numbers for vectors of equal entries. */
  #bare(op: string, inputs: readonly number[]): readonly number[] {
    const entries = inputs.map((input) => this.#entry(input))
    if (operation(op).kind !== 'elementwise' || op === 'spread' || !entries.includes(undefined)) return inputs
    return inputs.map((input, i) => entries[i] ?? input)
  }

  #node(id: number): Node {
    return this.#build.nodes[id]!
  }

  #isNumber(id: number): boolean {
    return this.#node(id).type.shape.length === 0
  }

  #times(a: number, b: number): number {
    return this.add('mul', [a, b])
  }

  /** An operation on constants is a constant. */
  #folded(op: string, inputs: readonly number[], attributes: Attributes): number | undefined {
    const scalar = scalars.get(op)
    const nodes = inputs.map((input) => this.#node(input))
    if (!scalar || attributes.size !== undefined || nodes.some((node) => node.op !== 'constant'))
      return undefined
    const [a, b] = nodes.map((node) => node.attributes.value as number)
    return this.#build.constant(scalar(a!, b ?? 0, attributes))
  }

  /** An operation on vectors of equal entries. */
  #once(op: string, inputs: readonly number[], attributes: Attributes): number | undefined {
    const vector = inputs.find((input) => !this.#isNumber(input))
    const numbers = inputs.map((input) => this.#entry(input))
    if (operation(op).kind !== 'elementwise' || op === 'spread') return undefined
    if (vector === undefined || numbers.includes(undefined)) return undefined
    return this.#build.add(
      'spread',
      [this.add(op, numbers as number[], attributes)],
      this.#node(vector).attributes,
    )
  }

  /** The number that all entries of a value are. */
  #entry(id: number): number | undefined {
    if (this.#isNumber(id)) return id
    const { op, inputs, attributes } = this.#node(id)
    const isPlain = op === 'spread' && attributes.extent === undefined && this.#isNumber(inputs[0]!)
    return isPlain ? inputs[0] : undefined
  }

  /** A vector divided by a number that is not known yet. */
  #quotient(a: number, b: number): number | undefined {
    if (this.#isNumber(a) || !this.#isNumber(b) || this.#node(b).op === 'constant') return undefined
    return this.#times(a, this.add('div', [this.#build.constant(1), b]))
  }

  /** A number times a vector that is scaled already. */
  #gathered(a: number, b: number): number | undefined {
    const { scale, vector } = this.#isNumber(a) && !this.#isNumber(b) ? this.#scaled(b) : { scale: undefined }
    return scale === undefined ? undefined : this.#build.add('mul', [this.#times(scale, a), vector])
  }

  /** x + y + y. */
  #twice(a: number, b: number): number | undefined {
    const { op, inputs } = this.#node(a)
    if (op !== 'add' || !inputs.includes(b)) return undefined
    const other = inputs[0] === b ? inputs[1]! : inputs[0]!
    return this.add('add', [other, this.#times(this.#build.constant(2), b)])
  }

  #scaled(id: number): Scaled {
    const { op, inputs } = this.#node(id)
    const [a, b] = inputs as [number, number]
    if (op !== 'mul' || this.#isNumber(a) === this.#isNumber(b)) return { scale: undefined, vector: id }
    return this.#isNumber(a) ? { scale: a, vector: b } : { scale: b, vector: a }
  }

  #mean(vector: number): number {
    const share = this.#build.constant(1 / this.#size(vector))
    const known = this.#known(vector) ?? this.#reduced(vector)
    if (known !== undefined) return this.#times(known, share)
    const mean = this.#build.add('mean', [vector])
    this.#sums.set(vector, this.#build.add('mul', [mean, this.#build.constant(this.#size(vector))]))
    return mean
  }

  #sum(vector: number): number {
    const known = this.#known(vector) ?? this.#reduced(vector)
    if (known !== undefined) return known
    const sum = this.#build.add('sum', [vector])
    this.#sums.set(vector, sum)
    return sum
  }

  #size(vector: number): number {
    return this.#node(vector).type.shape[0]!
  }

  /** The sum of a vector where that takes no sum over entries; of a number, as often as there are entries. */
  #known(id: number, size = this.#size(id)): number | undefined {
    const entry = this.#entry(id)
    if (entry !== undefined) return this.#times(entry, this.#build.constant(size))
    const found = this.#sums.get(id)
    if (found !== undefined) return found
    const { op, inputs } = this.#node(id)
    if (op === 'mul') {
      const { scale, vector } = this.#scaled(id)
      const sum = scale === undefined ? undefined : this.#known(vector, size)
      return sum === undefined ? undefined : this.#times(sum, scale!)
    }
    if (op !== 'add' && op !== 'sub' && op !== 'neg') return undefined
    const sums = inputs.map((input) => this.#known(input, size))
    return sums.includes(undefined) ? undefined : this.add(op, sums as number[])
  }

  /** The sum of a vector by the sum of a simpler one. */
  #reduced(id: number): number | undefined {
    const { op, inputs } = this.#node(id)
    if (op === 'neg') return this.add('neg', [this.#sum(inputs[0]!)])
    if (op === 'mul') return this.#withoutFactors(inputs as [number, number])
    if (op !== 'add' && op !== 'sub') return undefined
    const sums = inputs.map((input) => this.#known(input, this.#size(id)))
    if (sums.every((sum) => sum === undefined)) return undefined
    return this.add(
      op,
      inputs.map((input, i) => sums[i] ?? this.#sum(input)),
    )
  }

  #withoutFactors(inputs: readonly [number, number]): number | undefined {
    const parts = inputs.map((input) => (this.#isNumber(input) ? undefined : this.#scaled(input)))
    const numbers = parts.map((part, i) => (part ? part.scale : inputs[i])).filter((s) => s !== undefined)
    const vectors = parts.flatMap((part) => (part ? [part.vector] : []))
    if (numbers.length === 0 || vectors.length === 0) return undefined
    const sum = this.#sum(vectors.reduce((a, b) => this.#times(a, b)))
    return numbers.reduce((total, factor) => this.#times(total, factor), sum)
  }
}
