import type { Builder, MemoryPort } from '../../graph/index.ts'
import { type DeclaredSizes, placesSize } from './declared.ts'
import { Size } from './size.ts'
import type { Solver } from './solver.ts'
import type { CellSyntax } from '../syntax.ts'

/** The memories of a cell: each has `places` vectors of a size that is declared or follows from the equations. */
export class Memories {
  readonly ports: readonly MemoryPort[]

  constructor(builder: Builder<Size>, solver: Solver, { memories }: CellSyntax, sizes: DeclaredSizes) {
    const places = Size.named(placesSize)
    this.ports = memories.map(({ name, size }) => ({
      name,
      values: builder.leaf('input', name, {
        extent: 'row',
        shape: [places, size ? sizes.read(size) : solver.unknown(`size of ${name}`)],
      }),
      mask: builder.leaf('input', `mask of ${name}`, { extent: 'row', shape: [places] }),
    }))
  }

  has(name: string): boolean {
    return this.ports.some((port) => port.name === name)
  }

  of(name: string): MemoryPort | undefined {
    return this.ports.find((port) => port.name === name)
  }
}
