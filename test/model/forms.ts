import { cell, cells } from '../../src/cells/index.ts'
import { type Layer, type StackOptions, branches, dense, layer, stackWindow } from '../../src/model/index.ts'
import type { Program } from '../../src/runtime/index.ts'

/** A cell whose state starts from a parameter. */
export const learned = cell('learned', "state h = learned\nh' = tanh(W @ [h, x] + b)")

/** Every form of a layer, over vectors of 6 entries. */
export const forms: Readonly<Record<string, readonly Layer[]>> = {
  'reverse alone': [layer(cells.gru(5), { direction: 'reverse' }), cells.rnn(4)],
  'both directions, concatenated': [layer(cells.lstm(5), { direction: 'both' }), cells.gru(4)],
  'both directions, summed': [layer(cells.lstm(5), { direction: 'both', join: 'sum' }), cells.rnn(4)],
  residual: [cells.rnn(6), layer(cells.gru(6), { residual: true })],
  'residual of both directions': [layer(cells.gru(3), { direction: 'both', residual: true })],
  'skip of the input': [cells.gru(3), cells.rnn(5), layer(cells.lstm(4), { skip: 'input' })],
  'skip of all': [cells.gru(3), cells.rnn(5), layer(cells.lstm(4), { skip: 'all' })],
  norm: [layer(cells.gru(5), { norm: true }), cells.rnn(4)],
  'norm of both directions': [layer(cells.gru(5), { direction: 'both', norm: true }), cells.rnn(4)],
  'branches, concatenated': [branches([[cells.lstm(3)], [cells.rnn(2), cells.gru(4)]]), dense(5, 'softplus')],
  'branches, summed': [
    branches([[cells.lstm(3)], [layer(cells.gru(3), { direction: 'reverse' })]], { join: 'sum', norm: true }),
    dense(5, 'tanh'),
  ],
  'dense alone': [dense(5, 'sigmoid'), layer(dense(5), { residual: true })],
  'learned states': [layer(learned(5), { direction: 'both' }), learned(3)],
  'everything at once': [
    layer(cells.gru(3), { direction: 'both', residual: true, norm: true }),
    branches([[layer(learned(4), { norm: true })], [cells.lstm(4)]], { join: 'sum', skip: 'input' }),
    layer(cells.lstm(4), { direction: 'both', join: 'sum', skip: 'all', residual: true }),
  ],
}

/** A window over a stack, with the gradient of everything. */
export function stackProgram(
  options: StackOptions,
  shape: { readonly rows: number; readonly steps: number },
): Program {
  const { graph, states } = stackWindow(options)
  const vectors = graph.inputs.filter(({ node }) => graph.nodes[node]!.type.shape.length > 0)
  const gradient = {
    of: graph.outputs.map(({ name }) => name),
    inputs: vectors.map(({ name }) => name),
    slots: 0,
  }
  return { graph, states, ...shape, gradient }
}
