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
