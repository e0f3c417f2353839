import { expect, test } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { type ModelOptions, layer, model } from '../../src/model/index.ts'
import { instructions, rareInstructions, rareStages, stageKinds } from '../../src/plan/format.ts'
import { lower, plan } from '../../src/plan/index.ts'
import { isRare } from '../../src/plan/rare.ts'
import { PlanWriter } from '../../src/plan/write.ts'
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

/** Whether a plan is rare that holds nothing but some records. */
function isRareWith(add: (plan: PlanWriter) => void): boolean {
  const writer = new PlanWriter()
  for (const name of ['copy', 'loop', 'reduction'] as const) writer.add(name, {})
  add(writer)
  return isRare(writer.finish({}))
}

test('lengths of rows and dropped weights are rare, whatever holds them', () => {
  expect(isRareWith(() => undefined)).toBe(false)
  expect(isRareWith((writer) => writer.add('drop', {}))).toBe(true)
  for (const name of ['copy', 'loop', 'reduction'] as const)
    expect(isRareWith((writer) => writer.add(name, { lengths: 0 }))).toBe(true)
})

test('stages and instructions are rare that the format calls so, and no others', () => {
  const stages = stageKinds.filter((_name, kind) => isRareWith((writer) => writer.add('stage', { kind })))
  expect(stages).toEqual(stageKinds.filter((name) => rareStages.includes(name)))
  const found = instructions.filter((_name, op) => isRareWith((writer) => writer.add('instruction', { op })))
  expect(found).toEqual(instructions.filter((name) => rareInstructions.includes(name)))
})
