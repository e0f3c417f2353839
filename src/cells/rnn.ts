import type { CellRecord } from './record.ts'

/** The simple recurrent network of Elman. */
export const rnn: CellRecord = {
  name: 'rnn',
  title: 'Simple recurrent network, tanh',
  equations: "h' = tanh(U @ x + W @ h + b)",
  init: {},
  citation: 'Elman, "Finding structure in time"',
  year: 1990,
}

/** The simple recurrent network with rectified units. */
export const rnnRelu: CellRecord = {
  name: 'rnn_relu',
  title: 'Simple recurrent network, relu',
  equations: "h' = relu(U @ x + W @ h + b)",
  init: {},
  citation:
    'Le, Jaitly and Hinton, "A simple way to initialize recurrent networks of rectified linear units"',
  year: 2015,
}

/** The same with one matrix over memory and event. */
export const memoryRnn: CellRecord = {
  name: 'memory_rnn',
  title: 'Simple recurrent network over memory and event',
  equations: `
    input E
    output M
    M' = tanh(W @ [M, E] + b)`,
  init: {},
  citation: 'Elman, "Finding structure in time"',
  year: 1990,
}

/** The rectified network whose recurrent matrix starts as the identity. */
export const irnn: CellRecord = {
  name: 'irnn',
  title: 'Recurrent network of rectified units that starts as the identity',
  equations: "h' = relu(U @ x + W @ h + b)",
  init: { W: 'identity' },
  citation:
    'Le, Jaitly and Hinton, "A simple way to initialize recurrent networks of rectified linear units"',
  year: 2015,
  deviation: 'The paper draws U from a normal distribution of deviation 0.001.',
}

/** Every unit sees its own past alone. */
export const indrnn: CellRecord = {
  name: 'indrnn',
  title: 'Independently recurrent network',
  equations: "h' = relu(W @ x + u * h + b)",
  init: { u: 'unit' },
  citation:
    'Li, Li, Cook, Zhu and Gao, "Independently recurrent neural network (IndRNN): building a longer and deeper RNN"',
  year: 2018,
  deviation:
    'The paper also holds u below a bound that depends on the length of the sequences; here nothing does.',
}
