import { SluiceError } from '../core/errors.ts'
import type { LayerCell } from '../cells/index.ts'

type Cell = LayerCell['cell']
type Sizes = Readonly<Record<string, number>>

const usual: Sizes = { input: 3, hidden: 4, places: 3 }
const others = 2
const largest = 8

/**
 * Small sizes that a cell can have: those given, and for the others the usual ones or, where its equations tie them
 * together, the first that fit.
 * @throws SluiceError `cell-sizes` when no small sizes fit what is given
 */
export function fittingSizes(cell: Cell, given: Sizes): Sizes {
  const open = cell.sizes.filter((name) => given[name] === undefined)
  const first = { ...Object.fromEntries(open.map((name) => [name, usual[name] ?? others])), ...given }
  const problem = sizeProblem(cell, first)
  if (!problem) return first
  for (const candidate of combinations(open)) {
    const sizes = { ...candidate, ...given }
    if (!sizeProblem(cell, sizes)) return sizes
  }
  throw problem
}

function sizeProblem(cell: Cell, sizes: Sizes): SluiceError | undefined {
  try {
    cell.graph(sizes)
    return undefined
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'cell-sizes') return error
    throw error
  }
}

/** All ways to give each name a size from 2 to 8. */
function* combinations([name, ...rest]: readonly string[]): Generator<Sizes> {
  if (name === undefined) {
    yield {}
    return
  }
  for (const sizes of combinations(rest)) {
    for (let size = 2; size <= largest; size++) yield { ...sizes, [name]: size }
  }
}
