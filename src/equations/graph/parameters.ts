import type { Builder, Port } from '../../graph/index.ts'
import type { DeclaredSizes } from './declared.ts'
import type { Size } from './size.ts'
import type { Solver } from './solver.ts'
import type { Source } from '../source.ts'
import type { CellSyntax } from '../syntax.ts'

type Kind = 'matrix' | 'vector'

interface Parameter extends Port {
  readonly kind: Kind
  /** Where it was first used, or declared. */
  readonly at: number
}

/** The parameters of a cell: each is made at its first use, as a matrix or a vector of sizes to be solved. */
export class Parameters {
  readonly #builder: Builder<Size>
  readonly #solver: Solver
  readonly #source: Source
  readonly #known = new Map<string, Parameter>()
  readonly #declared = new Map<
    string,
    { readonly kind: Kind; readonly at: number; readonly shape?: readonly Size[] }
  >()

  constructor(
    builder: Builder<Size>,
    solver: Solver,
    source: Source,
    syntax: CellSyntax,
    sizes: DeclaredSizes,
  ) {
    this.#builder = builder
    this.#solver = solver
    this.#source = source
    for (const { name, at, shape } of syntax.matrices) {
      this.#declared.set(name, {
        kind: 'matrix',
        at,
        ...(shape && { shape: shape.map((size) => sizes.read(size)) }),
      })
    }
    for (const { name, at, size } of syntax.vectors) {
      this.#declared.set(name, { kind: 'vector', at, ...(size && { shape: [sizes.read(size)] }) })
    }
  }

  /** The node of a parameter that is used as a matrix or a vector. */
  use(name: string, kind: Kind, at: number): number {
    const first = this.#known.get(name) ?? this.#declared.get(name)
    if (first && first.kind !== kind) {
      const line = this.#source.line(first.at)
      throw this.#source.error('equation-matrix/both', at, { name, kind, other: first.kind, line })
    }
    const known = this.#known.get(name)
    if (known) return known.node
    const shape =
      this.#declared.get(name)?.shape ?? axes[kind].map((axis) => this.#solver.unknown(`${axis} of ${name}`))
    const node = this.#builder.leaf('parameter', name, { extent: 'once', shape })
    this.#known.set(name, { name, kind, node, at })
    return node
  }

  /** Where a parameter was first used. */
  firstUse(name: string): number | undefined {
    return this.#known.get(name)?.at
  }

  /** All parameters in the order of their first use. */
  ports(): readonly Port[] {
    return [...this.#known.values()].map(({ name, node }) => ({ name, node }))
  }
}

/** What the sizes of a parameter are called in errors. */
const axes: Readonly<Record<Kind, readonly string[]>> = { matrix: ['rows', 'columns'], vector: ['size'] }
