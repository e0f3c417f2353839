import { cells } from '../../src/cells/index.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { type Layer, type Model, model } from '../../src/model/index.ts'
import { openRuntime } from '../../src/runtime/index.ts'
import { Stream } from '../../src/core/random.ts'

/** One thread of WebAssembly, which runs everywhere. */
export const wasm = openRuntime('wasm', { threads: 1 })

/** A text of some letters in random order, with spaces and line ends. */
export function scribble(length: number, seed = 1, letters = 'abcde  \n'): string {
  const random = new Stream(seed)
  return Array.from({ length }, () => letters[random.below(letters.length)]!).join('')
}

export const scribbled = Vocabulary.of('abcde \n')

/** Two layers, an LSTM and a GRU, with other sizes than vectors have. */
export function twoLayers(
  options: { readonly embedding?: number; readonly layers?: readonly Layer[] } = {},
): Model {
  return model({ input: scribbled, layers: [cells.lstm(5), cells.gru(3)], ...options })
}

/** The weights of a cell by hand: zero but for the entries that are given as `[row, column, value]`, or `[row, value]` of a vector. */
export function setWeights(
  net: Model,
  weights: Readonly<Record<string, readonly (readonly number[])[]>>,
): Model {
  for (const [name, { data }] of net.parameters) if (name.startsWith('layers.')) data.fill(0)
  for (const [name, entries] of Object.entries(weights)) {
    const { shape, data } = net.parameters.get(name)!
    for (const entry of entries) {
      const value = entry.at(-1)!
      data[entry.length === 3 ? entry[0]! * shape[1]! + entry[1]! : entry[0]!] = value
    }
  }
  return net
}
