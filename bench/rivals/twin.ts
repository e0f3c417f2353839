import { Stream } from '../../src/core/random.ts'
import type { Model } from '../../src/model/index.ts'
import { reference } from '../../src/runtime/index.ts'
import { checked, checkedWindows, firstNumbers } from '../check.ts'
import { type CellName, type Configuration, modelOf, symbols } from '../models.ts'
import { randomWindow } from '../sluice/trainer.ts'

/** A small model with weights, and windows: from these a rival must get the numbers that float64 gets. */
export interface Twin {
  readonly hidden: number
  readonly layers: readonly TwinLayer[]
  /** `[symbols][hidden]` and `[symbols]`. */
  readonly head: { readonly x: readonly number[]; readonly b: readonly number[] }
  readonly rows: number
  readonly steps: number
  /** How often the window is trained on or read; states start from zero each time, but in sampling go on. */
  readonly windows: number
  /** `[steps][rows]` */
  readonly tokens: readonly number[]
  readonly targets: readonly number[]
}

/**
 * Weights of a layer with the gates one below the other, each of `hidden` rows, row-major. Gates of an LSTM: input,
 * forget, candidate, output; of a GRU: reset, update, candidate.
 */
export interface TwinLayer {
  /** Of the input, `[gates * hidden][inputs]`. */
  readonly x: readonly number[]
  /** Of the previous output, `[gates * hidden][hidden]`. */
  readonly h: readonly number[]
  readonly b: readonly number[]
  /** Bias inside the GRU's reset, `[hidden]`; empty elsewhere. */
  readonly d: readonly number[]
  /** Peepholes of input, forget and output gate, `[3 * hidden]`; empty elsewhere. */
  readonly p: readonly number[]
}

const hidden = 6

/** The twin of a cell and configuration, and what must come out. */
export async function twinOf(cell: CellName, { task, layers }: Configuration) {
  const model = modelOf(cell, { layers, hidden })
  disturb(model)
  const { rows, steps } = checked[task]
  const { tokens, targets } = randomWindow(symbols, rows, steps)
  const twin: Twin = {
    hidden,
    layers: Array.from({ length: layers }, (_unused, index) => twinLayer(cell, model, index)),
    head: { x: weight(model, 'head.W'), b: weight(model, 'head.b') },
    rows,
    steps,
    windows: checkedWindows,
    tokens: [...tokens],
    targets: [...targets],
  }
  return { twin, expected: await firstNumbers(task, model, reference, { carries: task === 'sampling' }) }
}

/** Moves all weights a little, so that none is zero and a bias in the wrong place is seen. */
function disturb(model: Model): void {
  const random = new Stream(2)
  for (const { data } of model.parameters.values()) {
    for (let i = 0; i < data.length; i++) data[i]! += 0.4 * (random.uniform() - 0.5)
  }
}

function weight(model: Model, name: string): readonly number[] {
  const found = model.parameters.get(name)
  return found ? [...found.data] : []
}

/** Letters of the gates in their order, by cell. */
const gates: Partial<Record<CellName, readonly string[]>> = {
  lstm: ['i', 'f', 'g', 'o'],
  peephole_lstm: ['i', 'f', 'g', 'o'],
  gru: ['r', 'z', 'n'],
  gru_reset_before: ['r', 'z', 'n'],
  rnn: [''],
}

function twinLayer(cell: CellName, model: Model, index: number): TwinLayer {
  const letters = gates[cell] ?? []
  const named = (name: string) => weight(model, `layers.${index}.${name}`)
  const inputs = index === 0 ? symbols : hidden
  const sides = letters.map((letter) => {
    const direct = named(`U${letter}`)
    return direct.length > 0 ? { h: named(`W${letter}`), x: direct } : split(named(`W${letter}`), inputs)
  })
  return {
    x: sides.flatMap(({ x }) => x),
    h: sides.flatMap(({ h }) => h),
    b: letters.flatMap((letter) => named(`b${letter}`)),
    d: named('dn'),
    p: ['i', 'f', 'o'].flatMap((letter) => named(`p${letter}`)),
  }
}

/** The parts of a matrix over [h, x]. */
function split(matrix: readonly number[], inputs: number) {
  const width = hidden + inputs
  const part = (from: number, to: number) =>
    Array.from({ length: hidden }, (_unused, row) =>
      matrix.slice(row * width + from, row * width + to),
    ).flat()
  return { h: part(0, hidden), x: part(hidden, width) }
}
