import type { CellRecord } from './record.ts'

const citation =
  'Jozefowicz, Zaremba and Sutskever, "An empirical exploration of recurrent network architectures"'
const year = 2015

/** The first of the three cells that a search through ten thousand found. */
export const mut1: CellRecord = {
  name: 'mut1',
  title: 'First mutation (MUT1)',
  equations: `
    z  = sigmoid(Wz @ x + bz)
    r  = sigmoid(Wr @ [h, x] + br)
    n  = tanh(Wn @ (r * h) + tanh(U @ x) + bn)
    h' = z * n + (1 - z) * h`,
  init: {},
  citation,
  year,
  deviation: 'The paper has tanh(x), which fits inputs of as many entries as there are units; U takes any.',
}

/** The second. */
export const mut2: CellRecord = {
  name: 'mut2',
  title: 'Second mutation (MUT2)',
  equations: `
    z  = sigmoid(Wz @ [h, x] + bz)
    r  = sigmoid(U @ x + Wr @ h + br)
    n  = tanh(Wn @ [r * h, x] + bn)
    h' = z * n + (1 - z) * h`,
  init: {},
  citation,
  year,
  deviation:
    'The paper has x for U x in r, which fits inputs of as many entries as there are units; U takes any.',
}

/** The third. */
export const mut3: CellRecord = {
  name: 'mut3',
  title: 'Third mutation (MUT3)',
  equations: `
    z  = sigmoid(Wz @ [tanh(h), x] + bz)
    r  = sigmoid(Wr @ [h, x] + br)
    n  = tanh(Wn @ [r * h, x] + bn)
    h' = z * n + (1 - z) * h`,
  init: {},
  citation,
  year,
}
