import { type Vocabulary } from '../../src/data/index.ts'
import { Builder, type StepGraph, type Type, type WindowGraph, numbers } from '../../src/graph/index.ts'
import { Stream } from '../../src/core/random.ts'
import type { Trainable } from '../../src/train/index.ts'

const hidden = 4

const row = (size: number): Type => ({ extent: 'row', shape: [size] })
const matrix = (rows: number, columns: number): Type => ({ extent: 'once', shape: [rows, columns] })

/** h' = tanh(W @ x + U @ h) */
function cell(): StepGraph {
  const build = new Builder(numbers)
  const x = build.leaf('input', 'x', row(hidden))
  const h = build.leaf('state', 'h', row(hidden))
  const W = build.leaf('parameter', 'W', matrix(hidden, hidden))
  const U = build.leaf('parameter', 'U', matrix(hidden, hidden))
  const next = build.add('tanh', [
    build.add('add', [build.add('product', [W, x]), build.add('product', [U, h])]),
  ])
  return {
    name: 'tiny',
    nodes: build.nodes,
    inputs: [{ name: 'x', node: x }],
    states: [{ name: 'h', previous: h, next, initial: 'zero' }],
    parameters: [
      { name: 'W', node: W },
      { name: 'U', node: U },
    ],
    outputs: [{ name: 'h', node: next }],
    traces: [],
  }
}

/** Tokens to an embedding, the cell above with dropout 0.2, and a softmax, built by hand. */
function graphOf(symbols: number): WindowGraph {
  const build = new Builder(numbers)
  const tokens = build.leaf('input', 'tokens', { extent: 'step', shape: [] })
  const targets = build.leaf('input', 'targets', { extent: 'step', shape: [] })
  const initial = build.leaf('input', 'h0', row(hidden))
  const E = build.leaf('parameter', 'E', matrix(symbols, hidden))
  const W = build.leaf('parameter', 'W', matrix(hidden, hidden))
  const U = build.leaf('parameter', 'U', matrix(hidden, hidden))
  const V = build.leaf('parameter', 'V', matrix(symbols, hidden))
  const scan = build.add('scan', [build.add('gather', [E, tokens]), initial, W, U], { step: cell() })
  const states = build.add('pick', [scan], { index: 0 })
  const logits = build.add('product', [V, build.add('dropout', [states], { rate: 0.2, stream: 0 })])
  const port = (name: string, node: number) => ({ name, node })
  return {
    nodes: build.nodes,
    inputs: [port('tokens', tokens), port('targets', targets), port('h0', initial)],
    parameters: [port('E', E), port('W', W), port('U', U), port('V', V)],
    outputs: [
      port('loss', build.add('cross_entropy', [logits, targets])),
      port('logits', logits),
      port('h', build.add('pick', [scan], { index: 1 })),
    ],
  }
}

/** A real model, small enough for the reference runtime. */
export function tinyModel(vocabulary: Vocabulary): Trainable {
  const graph = graphOf(vocabulary.size)
  const random = new Stream(1)
  const parameters = new Map(
    graph.parameters.map(({ name, node }) => {
      const { shape } = graph.nodes[node]!.type
      const size = shape.reduce((count, next) => count * next, 1)
      return [name, { shape, data: Float32Array.from({ length: size }, () => random.normal() / 2) }]
    }),
  )
  return {
    vocabulary,
    config: { name: 'tiny', hidden },
    parameters,
    program: ({ rows, steps, training, slots = 0 }) => ({
      graph,
      rows,
      steps,
      states: [{ initial: 'h0', final: 'h' }],
      ...(training && { gradient: { of: ['loss'], inputs: [], slots } }),
    }),
  }
}
