import type { CellRecord } from './record.ts'

const citation =
  'Cho, van Merriënboer, Gulcehre, Bahdanau, Bougares, Schwenk and Bengio, "Learning phrase representations using RNN encoder-decoder for statistical machine translation"'

/** The GRU whose reset gate acts behind the recurrent product: the usual one of libraries, and the faster one. */
export const gru: CellRecord = {
  name: 'gru',
  title: 'Gated recurrent unit, reset after the product',
  equations: `
    r  = sigmoid(Wr @ [h, x] + br)
    z  = sigmoid(Wz @ [h, x] + bz)
    n  = tanh(Un @ x + bn + r * (Wn @ h + dn))
    h' = (1 - z) * n + z * h`,
  init: {},
  citation,
  year: 2014,
}

/** The GRU of the paper, whose reset gate acts on the state before the recurrent product. */
export const gruResetBefore: CellRecord = {
  name: 'gru_reset_before',
  title: 'Gated recurrent unit, reset before the product',
  equations: `
    r  = sigmoid(Wr @ [h, x] + br)
    z  = sigmoid(Wz @ [h, x] + bz)
    n  = tanh(Wn @ [r * h, x] + bn)
    h' = (1 - z) * n + z * h`,
  init: {},
  citation,
  year: 2014,
}
