import { SluiceError } from '../core/errors.ts'
import type { CellRecord } from './record.ts'

/** The LSTM with a forget gate, whose bias starts at 1 (Jozefowicz, Zaremba and Sutskever 2015). */
export const lstm: CellRecord = {
  name: 'lstm',
  title: 'Long short-term memory',
  equations: `
    f  = sigmoid(Wf @ [h, x] + bf)
    i  = sigmoid(Wi @ [h, x] + bi)
    g  = tanh(Wg @ [h, x] + bg)
    c' = f * c + i * g
    o  = sigmoid(Wo @ [h, x] + bo)
    h' = o * tanh(c')`,
  init: { bf: 1 },
  citation:
    'Hochreiter and Schmidhuber, "Long short-term memory"; Gers, Schmidhuber and Cummins, "Learning to forget" (2000)',
  year: 1997,
  aliases: ['lstm_np'],
}

/** A gate of the LSTM: input, forget, output. */
export type Gate = 'i' | 'f' | 'o'

/** The LSTM whose given gates also see the memory, entry by entry: i and f the previous one, o the new one. */
export function peepholeLstm(gates: readonly Gate[] = ['i', 'f', 'o']): CellRecord {
  const unknown = gates.find((gate) => !['i', 'f', 'o'].includes(gate))
  if (unknown !== undefined) throw new SluiceError('cell-gates', { gate: unknown })
  const peephole = (gate: Gate): string =>
    gates.includes(gate) ? ` + p${gate} * ${gate === 'o' ? "c'" : 'c'}` : ''
  return {
    name: 'peephole_lstm',
    title: 'LSTM with peepholes',
    equations: `
    f  = sigmoid(Wf @ [h, x]${peephole('f')} + bf)
    i  = sigmoid(Wi @ [h, x]${peephole('i')} + bi)
    g  = tanh(Wg @ [h, x] + bg)
    c' = f * c + i * g
    o  = sigmoid(Wo @ [h, x]${peephole('o')} + bo)
    h' = o * tanh(c')`,
    init: { bf: 1 },
    citation: 'Gers and Schmidhuber, "Recurrent nets that time and count"',
    year: 2000,
    aliases: ['lstm_v'],
  }
}

/** The LSTM that writes exactly what it forgets: i = 1 - f. */
export const coupledLstm: CellRecord = {
  name: 'coupled_lstm',
  title: 'LSTM with coupled input and forget gates',
  equations: `
    f  = sigmoid(Wf @ [h, x] + bf)
    i  = 1 - f
    g  = tanh(Wg @ [h, x] + bg)
    c' = f * c + i * g
    o  = sigmoid(Wo @ [h, x] + bo)
    h' = o * tanh(c')`,
  init: { bf: 1 },
  citation: 'Greff, Srivastava, Koutník, Steunebrink and Schmidhuber, "LSTM: A search space odyssey"',
  year: 2015,
}

/** The LSTM whose output is a projection, smaller than its memory; gates see the projection. */
export const projectedLstm: CellRecord = {
  name: 'projected_lstm',
  title: 'LSTM with peepholes and a recurrent projection',
  equations: `
    state h: projection
    f  = sigmoid(Wf @ [h, x] + pf * c + bf)
    i  = sigmoid(Wi @ [h, x] + pi * c + bi)
    g  = tanh(Wg @ [h, x] + bg)
    c' = f * c + i * g
    o  = sigmoid(Wo @ [h, x] + po * c' + bo)
    m  = o * tanh(c')
    h' = P @ m`,
  init: { bf: 1 },
  citation:
    'Sak, Senior and Beaufays, "Long short-term memory recurrent neural network architectures for large scale acoustic modeling"',
  year: 2014,
  deviation: 'The second projection of the paper, which feeds the output layer alone, is left out.',
}

/** The LSTM whose memory is held within bounds. */
export const clippedLstm: CellRecord = {
  name: 'clipped_lstm',
  title: 'LSTM with clipped cell state',
  equations: `
    const bound = 50
    f  = sigmoid(Wf @ [h, x] + bf)
    i  = sigmoid(Wi @ [h, x] + bi)
    g  = tanh(Wg @ [h, x] + bg)
    c' = clip(f * c + i * g, -bound, bound)
    o  = sigmoid(Wo @ [h, x] + bo)
    h' = o * tanh(c')`,
  init: { bf: 1 },
  citation:
    'Sak, Senior and Beaufays, "Long short-term memory recurrent neural network architectures for large scale acoustic modeling"',
  year: 2014,
  deviation: 'The cell of the paper has peepholes and a projection beside the bounds.',
}
