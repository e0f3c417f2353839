import { type CellFactory, cell, cells, library } from '../src/cells/index.ts'
import { Vocabulary } from '../src/data/index.ts'
import { type Model, model } from '../src/model/index.ts'

/**
 * What is done with a model. `training`: forward, backward, clipping, Adam, packing. `forward`: states, logits and loss
 * of a window. `sampling`: one character after the other.
 */
export type Task = 'training' | 'forward' | 'sampling'

/** Size of a model and of one unit of work. */
export interface Configuration {
  readonly name: string
  readonly task: Task
  readonly layers: number
  readonly hidden: number
  readonly batch: number
  readonly steps: number
}

/** The sizes that are measured. */
export const configurations = [
  { name: 'small', task: 'training', layers: 1, hidden: 128, batch: 32, steps: 50 },
  { name: 'medium', task: 'training', layers: 2, hidden: 256, batch: 50, steps: 50 },
  { name: 'classic', task: 'training', layers: 2, hidden: 512, batch: 100, steps: 100 },
  { name: 'tiny-1', task: 'training', layers: 2, hidden: 512, batch: 1, steps: 50 },
  { name: 'tiny-8', task: 'training', layers: 2, hidden: 512, batch: 8, steps: 50 },
  { name: 'forward', task: 'forward', layers: 2, hidden: 512, batch: 64, steps: 100 },
  { name: 'sampling-512', task: 'sampling', layers: 2, hidden: 512, batch: 1, steps: 1 },
  { name: 'sampling-128', task: 'sampling', layers: 1, hidden: 128, batch: 1, steps: 1 },
] as const satisfies readonly Configuration[]

/** The configuration of a name. */
export function configurationOf(name: (typeof configurations)[number]['name']): Configuration {
  return configurations.find((configuration) => configuration.name === name)!
}

/** The library's LSTM, written as a user writes a cell of their own. */
const userLstm = cell('user_lstm', library.find(({ name }) => name === 'lstm')!.equations, {
  init: { bf: 1 },
})

/** Cells of the library by name, and one of a user. */
const measuredCells = { ...cells, user_lstm: userLstm }
export type CellName = keyof typeof measuredCells
export const cellNames = Object.keys(measuredCells) as readonly CellName[]

/** Number of symbols of every model. */
export const symbols = 83

const firstSymbol = 0x21
const vocabulary = Vocabulary.of(
  String.fromCodePoint(...Array.from({ length: symbols }, (_unused, index) => firstSymbol + index)),
)

/** The model of a configuration: one-hot symbols, layers of the cell, softmax. */
export function modelOf(name: CellName, size: Pick<Configuration, 'layers' | 'hidden'>): Model {
  const make: CellFactory = measuredCells[name]
  const sizes = name === 'projected_lstm' ? { hidden: size.hidden, projection: size.hidden / 2 } : size.hidden
  const layers = Array.from({ length: size.layers }, () => make(sizes))
  return model({ input: vocabulary, layers })
}
