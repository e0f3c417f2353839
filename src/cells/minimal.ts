import type { CellRecord } from './record.ts'

/** One gate does the work of the two of a GRU. */
export const mgu: CellRecord = {
  name: 'mgu',
  title: 'Minimal gated unit',
  equations: `
    f  = sigmoid(Wf @ [h, x] + bf)
    n  = tanh(Wn @ [f * h, x] + bn)
    h' = (1 - f) * h + f * n`,
  init: {},
  citation: 'Zhou, Wu, Zhang and Zhou, "Minimal gated unit for recurrent neural networks"',
  year: 2016,
}

/** Just another network: an LSTM with nothing but the forget gate. */
export const janet: CellRecord = {
  name: 'janet',
  title: 'LSTM with a forget gate alone (JANET)',
  equations: `
    const beta = 1
    s  = Wf @ [h, x] + bf
    g  = tanh(Wg @ [h, x] + bg)
    h' = sigmoid(s) * h + (1 - sigmoid(s - beta)) * g`,
  init: { bf: 1 },
  citation: 'Van der Westhuizen and Lasenby, "The unreasonable effectiveness of the forget gate"',
  year: 2018,
  deviation:
    'The paper draws bf by the length of the dependencies (chrono initialisation); here it starts at 1.',
}

/** A simple recurrent network with an update gate. */
export const ugrnn: CellRecord = {
  name: 'ugrnn',
  title: 'Update gate recurrent network',
  equations: `
    c  = tanh(Wc @ [h, x] + bc)
    g  = sigmoid(Wg @ [h, x] + bg)
    h' = g * h + (1 - g) * c`,
  init: { bg: 1 },
  citation: 'Collins, Sohl-Dickstein and Sussillo, "Capacity and trainability in recurrent neural networks"',
  year: 2016,
}
