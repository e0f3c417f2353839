import { expect, test } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { type ModelOptions, layer, model } from '../../src/model/index.ts'
import { lower, plan } from '../../src/plan/index.ts'
import { isRare } from '../../src/plan/rare.ts'
import type { Program } from '../../src/runtime/index.ts'

const input = Vocabulary.of('abcdefgh')
const size = { rows: 3, steps: 2 }

function isRareProgram(program: Program): boolean {
  return isRare(lower(plan(program), { vectorWidth: 4, slots: 2, ...size }).words)
}

/** Whether a model of the next token is rare, in training or without. */
function isRareModel(options: Omit<ModelOptions, 'input'>): boolean {
  const net = model({ input, ...options })
  return [true, false].some((training) => isRareProgram(net.program({ ...size, training })))
}

test('most cells of the library are not rare', () => {
  const { luong_lstm: _luong, bahdanau_lstm: _bahdanau, projected_lstm: projected, ...others } = cells
  expect(isRareModel({ layers: [projected({ hidden: 6, projection: 4 })], dropout: 0.5 })).toBe(false)
  const rare = Object.entries(others).filter(([, make]) => isRareModel({ layers: [make(6)], dropout: 0.5 }))
  expect(rare.map(([name]) => name)).toEqual(['layer_norm_lstm', 'slstm', 'layer_norm_gru'])
})

test('an embedding, dropout of it and a tied head are not rare; other dropouts are', () => {
  const layers = [cells.lstm(6)]
  expect(isRareModel({ layers, embedding: 6, tied: true })).toBe(false)
  expect(isRareModel({ layers, embedding: 6, embeddingDropout: 0.1 })).toBe(true)
  expect(isRareModel({ layers: [layer(cells.lstm(6), { weightDropout: 0.1 })] })).toBe(true)
  expect(isRareModel({ layers: [layer(cells.lstm(6), { stateDropout: 0.1 })] })).toBe(true)
})
