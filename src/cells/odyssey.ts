import type { CellRecord } from './record.ts'

/** Values by the left-hand sides that define them, in the order of the equations. */
type Lines = Readonly<Record<string, string | undefined>>

/** The LSTM that the paper varies, V: with peepholes, the cell `peephole_lstm`. */
const vanilla: Lines = {
  i: 'sigmoid(Wi @ [h, x] + pi * c + bi)',
  f: 'sigmoid(Wf @ [h, x] + pf * c + bf)',
  g: 'tanh(Wg @ [h, x] + bg)',
  "c'": 'f * c + i * g',
  o: "sigmoid(Wo @ [h, x] + po * c' + bo)",
  "h'": "o * tanh(c')",
}

/** A variant of V: the lines that differ, `undefined` for a line that is missing. */
function variant(name: string, title: string, lines: Lines): CellRecord {
  const equations = Object.entries({ ...vanilla, ...lines }).flatMap(([target, value]) =>
    value === undefined ? [] : [`${target} = ${value}`],
  )
  return {
    name,
    title,
    equations: equations.join('\n'),
    init: equations.some((line) => line.endsWith('+ bf)')) ? { bf: 1 } : {},
    citation: 'Greff, Srivastava, Koutník, Steunebrink and Schmidhuber, "LSTM: A search space odyssey"',
    year: 2015,
  }
}

/** NIG. */
export const lstmNig = variant('lstm_nig', 'LSTM without input gate (NIG)', {
  i: undefined,
  "c'": 'f * c + g',
})

/** NFG. */
export const lstmNfg = variant('lstm_nfg', 'LSTM without forget gate (NFG)', {
  f: undefined,
  "c'": 'c + i * g',
})

/** NOG. */
export const lstmNog = variant('lstm_nog', 'LSTM without output gate (NOG)', {
  o: undefined,
  "h'": "tanh(c')",
})

/** NIAF. */
export const lstmNiaf = variant('lstm_niaf', 'LSTM without input activation function (NIAF)', {
  g: 'Wg @ [h, x] + bg',
})

/** NOAF. */
export const lstmNoaf = variant('lstm_noaf', 'LSTM without output activation function (NOAF)', {
  "h'": "o * c'",
})

/** CIFG. */
export const lstmCifg = variant('lstm_cifg', 'LSTM with coupled input and forget gate (CIFG)', {
  f: '1 - i',
})

/** FGR: each gate also sees what all three were one step before, through nine matrices. */
export const lstmFgr: CellRecord = {
  ...variant('lstm_fgr', 'LSTM with full gate recurrence (FGR)', {}),
  equations: `
    i' = sigmoid(Wi @ [h, x] + Rii @ i + Rfi @ f + Roi @ o + pi * c + bi)
    f' = sigmoid(Wf @ [h, x] + Rif @ i + Rff @ f + Rof @ o + pf * c + bf)
    g  = tanh(Wg @ [h, x] + bg)
    c' = f' * c + i' * g
    o' = sigmoid(Wo @ [h, x] + Rio @ i + Rfo @ f + Roo @ o + po * c' + bo)
    h' = o' * tanh(c')`,
}
