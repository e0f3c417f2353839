import { cells } from '../src/cells/index.ts'
import { Vocabulary } from '../src/data/index.ts'
import { type Model, model } from '../src/model/index.ts'

/** Size of a model and of its training step. */
export interface Configuration {
  readonly name: string
  readonly layers: number
  readonly hidden: number
  readonly batch: number
  readonly steps: number
}

/** The sizes that are measured. */
export const configurations: readonly Configuration[] = [
  { name: 'small', layers: 1, hidden: 128, batch: 32, steps: 50 },
  { name: 'medium', layers: 2, hidden: 256, batch: 50, steps: 50 },
  { name: 'classic', layers: 2, hidden: 512, batch: 100, steps: 100 },
]

/** A cell of the library by name. */
export type CellName = keyof typeof cells
export const cellNames = Object.keys(cells) as readonly CellName[]

/** Number of symbols of every model. */
export const symbols = 83

const firstSymbol = 0x21
const vocabulary = Vocabulary.of(
  String.fromCodePoint(...Array.from({ length: symbols }, (_unused, index) => firstSymbol + index)),
)

/** The model of a configuration: one-hot symbols, layers of the cell, softmax. */
export function modelOf(cell: CellName, { layers, hidden }: Configuration): Model {
  return model({ input: vocabulary, layers: Array.from({ length: layers }, () => cells[cell](hidden)) })
}
