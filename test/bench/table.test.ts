import { expect, test } from 'vitest'
import type { Measured } from '../../bench/group.ts'
import { groupLines, textTable, thousands } from '../../bench/table.ts'

test('columns are as wide as their widest cell', () => {
  const columns = [
    { title: 'who', align: 'left' },
    { title: 'n', align: 'right' },
    { title: '', align: 'right' },
  ] as const
  expect(
    textTable(columns, [
      ['a', '1'],
      ['bcdef', '234', 'x'],
    ]),
  ).toEqual(['who      n', 'a        1', 'bcdef  234  x'])
})

test('numbers are grouped by three digits', () => {
  expect([7, 999.6, 1234567].map(thousands)).toEqual(['7', '1,000', '1,234,567'])
})

const fast: Measured = {
  name: 'native avx2',
  threads: 1,
  rival: false,
  tokensPerSecond: 40_000.4,
  gflops: 194.06,
  share: 0.6512,
  memory: 120 * 2 ** 20,
  ratios: { Other: 1.6 },
  detail: undefined,
}
const other: Measured = {
  ...fast,
  name: 'Other',
  rival: true,
  tokensPerSecond: 25_000,
  gflops: 121.3,
  share: undefined,
  memory: undefined,
  ratios: {},
  detail: 'Other 1.0',
}

test('a group shows what was measured, the peaks, and who is missing', () => {
  const gone = { name: 'Gone', rival: true, missing: 'not installed', failed: false }
  const wrong = { name: 'wasm', rival: false, threads: 2, missing: 'its loss is 7', failed: true }
  const group = {
    rows: [fast, other, { ...gone, threads: 1 }, { ...gone, threads: 2 }, wrong],
    peaks: [{ isa: 'avx2', threads: 1, gflops: 298, spread: 1.1 }],
  }
  expect(groupLines(group)).toEqual([
    '              threads  tokens/s  GFLOP/s  of peak   memory  over Other',
    'native avx2         1    40,000    194.1   65.1 %  120 MiB      1.60 x',
    'Other               1    25,000    121.3        -        -',
    'peak of avx2        1              298.0',
    'Gone: not installed',
    'wasm, 2 threads: its loss is 7',
    'Other 1.0',
  ])
  const busy = { isa: 'avx2', threads: 1, gflops: 298, spread: 2.04 }
  expect(groupLines({ rows: [], peaks: [busy] }).at(-1)).toContain('busy: its peak changed 2.0 times')
})
