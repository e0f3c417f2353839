import type { CellRecord } from './record.ts'

/** The simple recurrent unit: all products are of the input, and a highway leads around the memory. */
export const sru: CellRecord = {
  name: 'sru',
  title: 'Simple recurrent unit',
  equations: `
    x_tilde = W @ x
    f  = sigmoid(Wf @ x + bf)
    r  = sigmoid(Wr @ x + br)
    c' = f * c + (1 - f) * x_tilde
    h  = r * tanh(c') + (1 - r) * (U @ x)`,
  init: {},
  citation: 'Lei, Zhang and Artzi, "Training RNNs as fast as CNNs"',
  year: 2017,
  deviation: 'The paper has x for U x, which fits inputs of as many entries as there are units; U takes any.',
}

/** The GRU without everything that hinders computing all steps at once. */
export const minGru: CellRecord = {
  name: 'min_gru',
  title: 'Minimal GRU (minGRU)',
  equations: `
    z  = sigmoid(Wz @ x + bz)
    n  = Wn @ x + bn
    h' = (1 - z) * h + z * n`,
  init: {},
  citation: 'Feng, Tung, Ahmed, Bengio and Hajimirsadeghi, "Were RNNs all we needed?"',
  year: 2024,
  deviation: 'This is the plain form; the form in logarithms of the appendix keeps n above zero.',
}

/** The LSTM without everything that hinders computing all steps at once; its gates share one unit. */
export const minLstm: CellRecord = {
  name: 'min_lstm',
  title: 'Minimal LSTM (minLSTM)',
  equations: `
    f  = sigmoid(Wf @ x + bf)
    i  = sigmoid(Wi @ x + bi)
    g  = Wg @ x + bg
    s  = f + i
    h' = f / s * h + i / s * g`,
  init: {},
  citation: 'Feng, Tung, Ahmed, Bengio and Hajimirsadeghi, "Were RNNs all we needed?"',
  year: 2024,
  deviation: 'This is the plain form; the form in logarithms of the appendix keeps g above zero.',
}
