import { expect, test } from 'vitest'
import { Workshop } from '../../studio/src/worker/workshop.ts'
import { branches, cells, encodeModel, model, text } from '../../src/browser.ts'

test('a model that cannot be shown, or is none, leaves the one that was there', () => {
  const workshop = new Workshop()
  workshop.read('abcabc', 'mine')
  const { lstm, gru } = cells
  const { vocabulary } = text.from('abcabc')
  const first = workshop.load(encodeModel(model({ input: vocabulary, layers: [lstm(3)] })), 'first')
  const branched = model({ input: vocabulary, layers: [branches([[gru(2)], [lstm(2)]])] })
  expect(() => workshop.load(encodeModel(branched), 'branched')).toThrow('this model has branches')
  expect(() => workshop.load(new TextEncoder().encode('nonsense '.repeat(9)), 'none')).toThrow('none')
  expect(workshop.info()).toEqual(first)
})
