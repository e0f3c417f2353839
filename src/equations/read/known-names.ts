import type { Notation } from '../print/notation.ts'

/** What the names of a cell are known to be before its right-hand sides are read; other names are parameters. */
export interface KnownNames {
  readonly functions: ReadonlySet<string>
  readonly variables: ReadonlySet<string>
  readonly constants: ReadonlySet<string>
  /** Parameters declared a matrix. */
  readonly matrices: ReadonlySet<string>
  /** Parameters declared a vector, and memories: what stands right of a matrix. */
  readonly vectors: ReadonlySet<string>
  /** How errors write. */
  readonly notation: Notation
  /** The states of a textbook cell; a plain cell marks new values with primes instead. */
  readonly textbookStates?: ReadonlySet<string>
}

/** Whether a header declares a name as something with a value. */
export function isDeclared({ constants, matrices, vectors }: KnownNames, name: string): boolean {
  return [constants, matrices, vectors].some((set) => set.has(name))
}
