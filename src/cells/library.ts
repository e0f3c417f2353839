import type { CellFactory, CellOptions, LayerCell } from './cell.ts'
import { bahdanauLstm, luongLstm } from './decoders.ts'
import { minGru, minLstm, sru } from './elementwise.ts'
import { slstm } from './exponential.ts'
import { fourGateLstm, fourGatePeepholeLstm } from './four-gate.ts'
import { gru, gruResetBefore } from './gru.ts'
import { layerNormGru, layerNormLstm } from './layer-norm.ts'
import { type Gate, clippedLstm, coupledLstm, lstm, peepholeLstm, projectedLstm } from './lstm.ts'
import { janet, mgu, ugrnn } from './minimal.ts'
import { mut1, mut2, mut3 } from './mutations.ts'
import { lstmCifg, lstmFgr, lstmNfg, lstmNiaf, lstmNig, lstmNoaf, lstmNog } from './odyssey.ts'
import { type CellFamily, type CellRecord, factory } from './record.ts'
import { indrnn, irnn, memoryRnn, rnn, rnnRelu } from './rnn.ts'

/** The cells of the library by what they are made of. */
export const families: readonly CellFamily[] = [
  { title: 'Simple recurrent networks', cells: [rnn, rnnRelu, memoryRnn, irnn] },
  {
    title: 'LSTM',
    cells: [
      lstm,
      peepholeLstm(),
      coupledLstm,
      fourGateLstm,
      fourGatePeepholeLstm,
      projectedLstm,
      clippedLstm,
      layerNormLstm,
      slstm,
    ],
  },
  {
    title: 'Variants of the LSTM, each without one part or with one more',
    cells: [lstmNig, lstmNfg, lstmNog, lstmNiaf, lstmNoaf, lstmCifg, lstmFgr],
  },
  { title: 'GRU', cells: [gru, gruResetBefore, layerNormGru, mut1, mut2, mut3] },
  { title: 'One gate', cells: [mgu, janet, ugrnn] },
  { title: 'No recurrent matrix', cells: [indrnn, sru, minGru, minLstm] },
]

/** Every cell of the library, family by family. */
export const library: readonly CellRecord[] = families.flatMap(({ cells: members }) => members)

/** The cells that attend to a memory. They stand apart: without a memory they are no layer. */
export const decoders: CellFamily = {
  title: 'Decoders, which attend to a memory',
  cells: [luongLstm, bahdanauLstm],
}

/** The cell or decoder of this name or alias. */
export function findCell(name: string): CellRecord | undefined {
  return [...library, ...decoders.cells].find(
    (record) => record.name === name || record.aliases?.includes(name),
  )
}

/** The cell of models that name none. */
export const usualCell = 'lstm'

/** The cell of decoders that name none. */
export const usualDecoder = 'luong_lstm'

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

const lstmLayer = factory(lstm)

/** The cells of the library as makers of layers: `cells.lstm(512)`. */
export const cells = {
  rnn: factory(rnn),
  rnn_relu: factory(rnnRelu),
  memory_rnn: factory(memoryRnn),
  irnn: factory(irnn),
  lstm: lstmLayer,
  lstm_np: lstmLayer,
  peephole_lstm: peephole,
  lstm_v: peephole,
  coupled_lstm: factory(coupledLstm),
  four_gate_lstm: factory(fourGateLstm),
  four_gate_peephole_lstm: factory(fourGatePeepholeLstm),
  projected_lstm: factory(projectedLstm),
  clipped_lstm: factory(clippedLstm),
  layer_norm_lstm: factory(layerNormLstm),
  slstm: factory(slstm),
  lstm_nig: factory(lstmNig),
  lstm_nfg: factory(lstmNfg),
  lstm_nog: factory(lstmNog),
  lstm_niaf: factory(lstmNiaf),
  lstm_noaf: factory(lstmNoaf),
  lstm_cifg: factory(lstmCifg),
  lstm_fgr: factory(lstmFgr),
  gru: factory(gru),
  gru_reset_before: factory(gruResetBefore),
  layer_norm_gru: factory(layerNormGru),
  mut1: factory(mut1),
  mut2: factory(mut2),
  mut3: factory(mut3),
  mgu: factory(mgu),
  janet: factory(janet),
  ugrnn: factory(ugrnn),
  indrnn: factory(indrnn),
  sru: factory(sru),
  min_gru: factory(minGru),
  min_lstm: factory(minLstm),
  luong_lstm: factory(luongLstm),
  bahdanau_lstm: factory(bahdanauLstm),
}
