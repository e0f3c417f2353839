import { reordered } from '../layout.ts'
import type { Twin, TwinLayer } from '../twin.ts'
import type { Initializer, Node, OnnxGraph, Value } from './model.ts'

/** How ONNX writes a cell: its operator, the order of its gates, its states and attributes. */
interface OnnxCell {
  readonly op: 'LSTM' | 'GRU'
  /** For each gate of ONNX its place among the gates of a TwinLayer. */
  readonly gates: readonly number[]
  readonly states: readonly string[]
  readonly integers: Readonly<Record<string, number>>
}

const lstm: OnnxCell = { op: 'LSTM', gates: [0, 3, 1, 2], states: ['h', 'c'], integers: {} }
const gru: OnnxCell = { op: 'GRU', gates: [1, 0, 2], states: ['h'], integers: {} }

/** The cells that ONNX has. */
export const onnxCells: Readonly<Record<string, OnnxCell>> = {
  lstm,
  peephole_lstm: lstm,
  gru: { ...gru, integers: { linear_before_reset: 1 } },
  gru_reset_before: gru,
}

/** A size of window and vocabulary. */
export interface NetworkSize {
  readonly rows: number
  readonly steps: number
  readonly symbols: number
}

/**
 * Tokens `[steps][rows]`, one-hot, through recurrent layers and a dense one to logits `[steps][rows][symbols]`; states
 * `h0`, `c0`, … go in, and `h0 next`, … come out.
 */
export function onnxNetwork(
  cell: string,
  weights: Pick<Twin, 'layers' | 'head' | 'hidden'>,
  size: NetworkSize,
): OnnxGraph {
  const { hidden, layers, head } = weights
  const { rows, steps, symbols } = size
  const written = layers.map((layer, index) => writeLayer(onnxCells[cell]!, layer, index, hidden, size))
  return {
    nodes: [
      { op: 'Gather', inputs: ['identity', 'tokens'], outputs: ['sequence0'] },
      ...written.flatMap(({ nodes }) => nodes),
      { op: 'Transpose', inputs: ['head.W'], outputs: ['head.transposed'] },
      { op: 'MatMul', inputs: [`sequence${layers.length}`, 'head.transposed'], outputs: ['products'] },
      { op: 'Add', inputs: ['products', 'head.b'], outputs: ['logits'] },
    ],
    initializers: [
      floats('identity', [symbols, symbols], identity(symbols)),
      { name: 'one', shape: [1], data: BigInt64Array.of(1n) },
      ...written.flatMap(({ initializers }) => initializers),
      floats('head.W', [symbols, hidden], head.x),
      floats('head.b', [symbols], head.b),
    ],
    inputs: [
      { name: 'tokens', type: 'int64', shape: [steps, rows] },
      ...written.flatMap(({ states }) => states.map((name) => stateValue(name, rows, hidden))),
    ],
    outputs: [
      { name: 'logits', type: 'float32', shape: [steps, rows, symbols] },
      ...written.flatMap(({ states }) => states.map((name) => stateValue(nextName(name), rows, hidden))),
    ],
  }
}

/** The name of a state after the window. */
export const nextName = (state: string): string => `${state} next`

/** Names of the states of all layers. */
export function stateNames(cell: string, layers: number): readonly string[] {
  const { states } = onnxCells[cell]!
  return Array.from({ length: layers }, (_unused, index) =>
    states.map((letter) => `${letter}${index}`),
  ).flat()
}

/** Its layers have an axis of directions, here of one. */
function writeLayer(
  { op, gates, states: letters, integers }: OnnxCell,
  { x, h, b, d, p }: TwinLayer,
  index: number,
  hidden: number,
  { symbols }: NetworkSize,
) {
  const rows = gates.length * hidden
  const inputs = index === 0 ? symbols : hidden
  const inside = [...Array<number>(rows - d.length).fill(0), ...d]
  const name = (part: string): string => `layer${index}.${part}`
  const states = letters.map((letter) => `${letter}${index}`)
  const initializers: Initializer[] = [
    floats(name('W'), [1, rows, inputs], reordered(x, gates)),
    floats(name('R'), [1, rows, hidden], reordered(h, gates)),
    floats(name('B'), [1, 2 * rows], [...reordered(b, gates), ...reordered(inside, gates)]),
  ]
  const given = [`sequence${index}`, name('W'), name('R'), name('B'), '', ...states]
  if (p.length > 0) {
    initializers.push(floats(name('P'), [1, 3 * hidden], reordered(p, [0, 2, 1])))
    given.push(name('P'))
  }
  const nodes: Node[] = [
    {
      op,
      inputs: given,
      outputs: [name('Y'), ...states.map(nextName)],
      integers: { hidden_size: hidden, ...integers },
    },
    { op: 'Squeeze', inputs: [name('Y'), 'one'], outputs: [`sequence${index + 1}`] },
  ]
  return { nodes, initializers, states }
}

function stateValue(name: string, rows: number, hidden: number): Value {
  return { name, type: 'float32', shape: [1, rows, hidden] }
}

function floats(name: string, shape: readonly number[], values: readonly number[]): Initializer {
  return { name, shape, data: Float32Array.from(values) }
}

function identity(size: number): readonly number[] {
  return Array.from({ length: size * size }, (_unused, index) => Number(index % (size + 1) === 0))
}
