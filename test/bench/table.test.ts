import { expect, test } from 'vitest'
import { configurationOf } from '../../bench/models.ts'
import type { Measured, Section } from '../../bench/report.ts'
import { sectionLines, sectionTitle, textTable, thousands } from '../../bench/table.ts'

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
  name: 'native',
  isa: 'avx2',
  threads: 1,
  role: 'entry',
  tokensPerSecond: 40_000.4,
  gflops: 194.06,
  share: 0.6512,
  memory: 120 * 2 ** 20,
  arena: 66 * 2 ** 20,
  ratios: { Other: 1.6 },
}
const other: Measured = {
  name: 'Other',
  threads: 1,
  role: 'rival',
  tokensPerSecond: 25_000,
  gflops: 121.3,
  ratios: {},
  detail: 'Other 1.0',
}
const section: Section = {
  name: 'medium',
  configuration: configurationOf('medium'),
  cell: 'lstm',
  rows: [],
  peaks: [{ isa: 'avx2', threads: 1, gflops: 298, spread: 1.1 }],
}

test('a section shows what was measured, the peaks, and who is missing', () => {
  const gone = { name: 'Gone', role: 'rival', missing: 'not installed', failed: false } as const
  const lost = { ...gone, name: 'Lost' }
  const wrong = { name: 'wasm', role: 'entry', threads: 2, missing: 'its loss is 7', failed: true } as const
  const absent = [{ ...gone, threads: 1 }, { ...gone, threads: 2 }, { ...lost, threads: 1 }, wrong]
  expect(sectionTitle(section)).toBe('medium: lstm, training, 2×256, batch 50 × 50 steps')
  expect(sectionLines({ ...section, rows: [fast, other, ...absent] })).toEqual([
    '              threads  tokens/s  GFLOP/s  of peak  RSS MiB  arena  native is',
    'native avx2         1    40,000    194.1   65.1 %      120     66',
    'Other               1    25,000    121.3        -        -      -     1.60 x',
    'peak of avx2        1              298.0',
    'Gone; Lost: not installed',
    'wasm, 2 threads: its loss is 7',
    'Other 1.0',
  ])
  const busy = { isa: 'avx2', threads: 1, gflops: 298, spread: 2.04 }
  expect(sectionLines({ ...section, peaks: [busy] }).at(-1)).toContain('busy: its peak changed 2.0 times')
})

test('sampling shows microseconds, more threads their gain, a baseline is compared with in its own column', () => {
  const base: Measured = { ...fast, name: '1 thread alone', role: 'baseline', ratios: {} }
  const both: Measured = {
    ...fast,
    name: 'both',
    threads: 2,
    overOneThread: 1.834,
    ratios: { '1 thread alone': 0.95 },
  }
  const rows = [base, both]
  expect(
    sectionLines({ ...section, configuration: configurationOf('sampling-512'), rows }).slice(0, 3),
  ).toEqual([
    '                threads    µs  GFLOP/s  of peak  RSS MiB  arena  over 1  over 1 thread alone',
    '1 thread alone        1  25.0    194.1   65.1 %      120     66',
    'both                  2  25.0    194.1   65.1 %      120     66  1.83 x               0.95 x',
  ])
})

test('costs stand beside what is allowed', () => {
  const base: Measured = { ...fast, name: 'plain', role: 'baseline', ratios: {} }
  const both: Measured = {
    ...fast,
    name: 'both directions',
    cost: { over: 'plain', times: 2.034, most: 2.1 },
    ratios: { plain: 0.49 },
  }
  const { most: _, ...cost } = both.cost!
  const rows = [base, both, { ...both, name: 'norm', cost }]
  expect(sectionLines({ ...section, name: 'layers', rows }).slice(0, 4)).toEqual([
    '                 threads  tokens/s  GFLOP/s  of peak  RSS MiB  arena  cost of plain  allowed',
    'plain                  1    40,000    194.1   65.1 %      120     66',
    'both directions        1    40,000    194.1   65.1 %      120     66         2.03 x   2.10 x',
    'norm                   1    40,000    194.1   65.1 %      120     66         2.03 x',
  ])
})

test('what does not fit beside goes below, with the rival that it is about', () => {
  const forms = ['native baseline', 'native avx2', 'native avx512', 'native avx512_bf16', 'wasm']
  const rows = [...forms.map((name, index) => ({ ...fast, name, ratios: { Other: 100.4 + index } })), other]
  const lines = sectionLines({ ...section, rows })
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(110)
  expect(lines[6]).toMatch(/^Other .*100 x +101 x$/)
  expect(lines.slice(8, 10)).toEqual([
    '       threads  native avx512 is  native avx512_bf16 is  wasm is',
    'Other        1             102 x                  103 x    104 x',
  ])
})
