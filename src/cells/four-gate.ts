import type { CellRecord } from './record.ts'

/**
 * The LSTM told over long-term memory, short-term memory and event: what is learnt, what is not forgotten, both
 * together to remember, and what is of use. The use gate looks at what was kept, not at the new memory.
 */
function fourGates(seen: string): string {
  return `
    input E
    output STM
    n        = tanh(Wn @ [STM, E] + bn)
    i        = sigmoid(Wi @ ${seen} + bi)
    learn    = n * i
    f        = sigmoid(Wf @ ${seen} + bf)
    forget   = LTM * f
    remember = forget + learn
    LTM'     = remember
    u        = tanh(Wu @ forget + bu)
    v        = sigmoid(Wv @ ${seen} + bv)
    use      = u * v
    STM'     = use`
}

/** The LSTM as learn, forget, remember and use gate. */
export const fourGateLstm: CellRecord = {
  name: 'four_gate_lstm',
  title: 'LSTM told as four gates: learn, forget, remember, use',
  equations: fourGates('[STM, E]'),
  init: { bf: 1 },
  citation: 'After Hochreiter and Schmidhuber, "Long short-term memory"',
  year: 1997,
}

/** The same, whose gates of the forget kind (i, f, v) also see the long-term memory. */
export const fourGatePeepholeLstm: CellRecord = {
  name: 'four_gate_peephole_lstm',
  title: 'LSTM told as four gates, with peepholes',
  equations: fourGates('[LTM, STM, E]'),
  init: { bf: 1 },
  citation: 'After Gers and Schmidhuber, "Recurrent nets that time and count"',
  year: 2000,
}
