import type { CellFactory, CellOptions, LayerCell } from './cell.ts'
import { fourGateLstm, fourGatePeepholeLstm } from './four-gate.ts'
import { gru, gruResetBefore } from './gru.ts'
import { type Gate, coupledLstm, lstm, peepholeLstm } from './lstm.ts'
import { type CellRecord, factory } from './record.ts'
import { memoryRnn, rnn, rnnRelu } from './rnn.ts'

/** Every cell of the library, by what it is for people. */
export const library: readonly CellRecord[] = [
  rnn,
  rnnRelu,
  memoryRnn,
  lstm,
  peepholeLstm(),
  coupledLstm,
  fourGateLstm,
  fourGatePeepholeLstm,
  gru,
  gruResetBefore,
]

/** The cell of models that name none. */
export const usualCell = 'lstm'

const peepholes = new Map<string, CellFactory>()

/** An LSTM with peepholes on the given gates, by default on all three. */
function peephole(
  sizes: number | Readonly<Record<string, number>>,
  { gates = ['i', 'f', 'o'], ...options }: CellOptions & { readonly gates?: readonly Gate[] } = {},
): LayerCell {
  const key = gates.join(' ')
  if (!peepholes.has(key)) peepholes.set(key, factory(peepholeLstm(gates)))
  return peepholes.get(key)!(sizes, options)
}

/** The cells of the library as makers of layers: `cells.lstm(512)`. */
export const cells = {
  rnn: factory(rnn),
  rnn_relu: factory(rnnRelu),
  memory_rnn: factory(memoryRnn),
  lstm: factory(lstm),
  peephole_lstm: peephole,
  coupled_lstm: factory(coupledLstm),
  four_gate_lstm: factory(fourGateLstm),
  four_gate_peephole_lstm: factory(fourGatePeepholeLstm),
  gru: factory(gru),
  gru_reset_before: factory(gruResetBefore),
}
