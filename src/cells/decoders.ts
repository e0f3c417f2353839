import type { CellRecord } from './record.ts'

/** The LSTM with global attention, the general score and input feeding. */
export const luongLstm: CellRecord = {
  name: 'luong_lstm',
  title: 'LSTM decoder with general attention and input feeding',
  equations: `
    output a
    memory M: encoder
    f  = sigmoid(Wf @ [h, x, a] + bf)
    i  = sigmoid(Wi @ [h, x, a] + bi)
    g  = tanh(Wg @ [h, x, a] + bg)
    c' = f * c + i * g
    o  = sigmoid(Wo @ [h, x, a] + bo)
    h' = o * tanh(c')
    context = attend(Wa @ h', M, M)
    a' = tanh(Wc @ [context, h'])`,
  init: { bf: 1 },
  citation: 'Luong, Pham and Manning, "Effective approaches to attention-based neural machine translation"',
  year: 2015,
}

/** The LSTM that attends before it reads, with additive scores. */
export const bahdanauLstm: CellRecord = {
  name: 'bahdanau_lstm',
  title: 'LSTM decoder with additive attention',
  equations: `
    memory M: encoder
    vector v: hidden
    context = attend_additive(W @ h, U @ M, M, v)
    f  = sigmoid(Wf @ [h, x, context] + bf)
    i  = sigmoid(Wi @ [h, x, context] + bi)
    g  = tanh(Wg @ [h, x, context] + bg)
    c' = f * c + i * g
    o  = sigmoid(Wo @ [h, x, context] + bo)
    h' = o * tanh(c')`,
  init: { bf: 1 },
  citation:
    'Bahdanau, Cho and Bengio, "Neural machine translation by jointly learning to align and translate"',
  year: 2015,
  deviation: 'The decoder of the paper is a GRU with a maxout read-out.',
}
