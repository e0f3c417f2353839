import { expect, test } from 'vitest'
import { flowLine } from '../../studio/src/memory/flow-line.ts'
import { powerOfTen } from '../../studio/src/ui/format.ts'

test('norms are shown as powers of ten of the largest one', () => {
  expect(flowLine([4, 40, 0.4, 0, 4e-9], -6)).toEqual([-1, 0, -2, -6, -6])
  expect(flowLine([1, Infinity, Number.NaN], -6)).toEqual([0, null, null])
  expect(flowLine([0, 0], -6)).toEqual([null, null])
  expect([0, -12, 3].map(powerOfTen)).toEqual(['1', '10⁻¹²', '10³'])
})
