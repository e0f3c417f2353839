import type { CellRecord } from './record.ts'

const citation = 'Ba, Kiros and Hinton, "Layer normalization"'
const year = 2016

/** Norms over the products of all gates together, as in the paper, and over the memory. */
export const layerNormLstm: CellRecord = {
  name: 'layer_norm_lstm',
  title: 'LSTM with layer norm',
  equations: `
    a  = norm(Wh @ h, alpha_1, beta_1) + norm(Wx @ x, alpha_2, beta_2) + b
    f  = sigmoid(block(a, 0, 4))
    i  = sigmoid(block(a, 1, 4))
    o  = sigmoid(block(a, 2, 4))
    g  = tanh(block(a, 3, 4))
    c' = f * c + i * g
    h' = o * tanh(norm(c', alpha_3, beta_3))`,
  init: {},
  citation,
  year,
}

/** Norms over the products of both gates together, and over those of the candidate. */
export const layerNormGru: CellRecord = {
  name: 'layer_norm_gru',
  title: 'GRU with layer norm',
  equations: `
    a  = norm(Wh @ h, alpha_1, beta_1) + norm(Wx @ x, alpha_2, beta_2)
    z  = sigmoid(block(a, 0, 2))
    r  = sigmoid(block(a, 1, 2))
    n  = tanh(norm(Wn @ x, alpha_3, beta_3) + r * norm(Un @ h, alpha_4, beta_4))
    h' = (1 - z) * h + z * n`,
  init: {},
  citation,
  year,
}
