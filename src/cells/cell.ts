import { SluiceError } from '../core/errors.ts'
import { type Cell, compile } from '../equations/index.ts'
import { type InitSpec, checkInit } from './initialise.ts'

/** A cell with sizes for a layer: all but those of its input and memories, which the model knows. */
export interface LayerCell {
  readonly cell: Cell
  /** `hidden` and declared sizes. */
  readonly sizes: Readonly<Record<string, number>>
  readonly init: InitSpec
}

/** Settings of a cell: how its parameters start. */
export interface CellOptions {
  readonly init?: InitSpec
}

/** Makes a layer's cell: of `hidden` units, or of all the cell's sizes by name; `init` goes over the cell's own. */
export type CellFactory = (
  sizes: number | Readonly<Record<string, number>>,
  options?: CellOptions,
) => LayerCell

/**
 * A cell from equations: `cell('mine', "h' = tanh(U @ x + W @ h + b)", { init: { b: 1 } })(512)` is a layer of 512
 * units of it. Throws an EquationError for wrong equations and a SluiceError for unknown parameters in `init`.
 */
export function cell(name: string, equations: string, options: CellOptions = {}): CellFactory {
  const compiled = compile(equations, { name })
  const own = checked(compiled, options.init ?? {})
  return (sizes, more = {}) => ({
    cell: compiled,
    sizes: layerSizes(compiled, typeof sizes === 'number' ? { hidden: sizes } : sizes),
    init: { ...own, ...checked(compiled, more.init ?? {}) },
  })
}

function checked({ name, step }: Cell, init: InitSpec): InitSpec {
  checkInit(
    name,
    init,
    step.parameters.map((parameter) => parameter.name),
  )
  return init
}

/** Sizes that what stands around a layer knows: of its input, of the memories that it attends to and their places. */
function knownSizes({ step }: Cell): readonly string[] {
  const memories = (step.memories ?? []).map(({ values }) => step.nodes[values]!.type.shape)
  const names = memories.flatMap((shape) => shape.map(String))
  return ['input', ...names.filter((name) => name !== 'hidden')]
}

function layerSizes(
  compiled: Cell,
  sizes: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const given = knownSizes(compiled)
  const wanted = compiled.sizes.filter((name) => !given.includes(name))
  const layer = { cell: compiled.name, wanted: wanted.join(', ') || 'nothing' }
  for (const [name, value] of Object.entries(sizes)) {
    if (!wanted.includes(name)) throw new SluiceError('cell-sizes/layer', { ...layer, name })
    if (!Number.isSafeInteger(value) || value < 1)
      throw new SluiceError('cell-sizes/layer-whole', { ...layer, name, value: String(value) })
  }
  const missing = wanted.find((name) => sizes[name] === undefined)
  if (missing !== undefined) throw new SluiceError('cell-sizes/layer-missing', { ...layer, name: missing })
  return sizes
}
