import type { CellRecord } from './record.ts'

/**
 * The LSTM with an exponential input gate. `n` is the sum of the weights in `c`; `m` holds the largest exponent, which
 * both are divided by, so that nothing overflows and `c / n` stays as it is.
 */
export const slstm: CellRecord = {
  name: 'slstm',
  title: 'LSTM with exponential gates and a stabiliser (sLSTM)',
  equations: `
    i_tilde = Wi @ [h, x] + bi
    l  = log_sigmoid(Wf @ [h, x] + bf)
    g  = tanh(Wg @ [h, x] + bg)
    o  = sigmoid(Wo @ [h, x] + bo)
    m' = max(l + m, i_tilde)
    i  = exp(i_tilde - m')
    f  = exp(l + m - m')
    c' = f * c + i * g
    n' = f * n + i
    h' = o * (c' / n')`,
  init: { bf: 1 },
  citation:
    'Beck, Pöppel, Spanring, Auer, Prudnikova, Kopp, Klambauer, Brandstetter and Hochreiter, "xLSTM: Extended long short-term memory"',
  year: 2024,
  deviation:
    'The forget gate is the sigmoid of the two that the paper allows. The matrices on h are whole: the paper splits them into heads.',
}
