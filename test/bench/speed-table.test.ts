import { expect, test } from 'vitest'
import { configurationOf } from '../../bench/models.ts'
import type { Measured, Report, Section } from '../../bench/report.ts'
import { withSpeed } from '../../scripts/speed-table.ts'

const native: Measured = {
  name: 'native',
  isa: 'avx512',
  threads: 1,
  role: 'entry',
  tokensPerSecond: 9_300,
  gflops: 1,
  share: 0.712,
  ratios: { PyTorch: 2.51, Hare: 0.5 },
}
const both: Measured = { ...native, threads: 2, tokensPerSecond: 123_456, share: 0.6, overOneThread: 1.834 }
const rival: Measured = {
  name: 'PyTorch',
  threads: 1,
  role: 'rival',
  tokensPerSecond: 444.4,
  gflops: 1,
  ratios: {},
}
const hare = { ...rival, name: 'Hare', tokensPerSecond: 20_000 }
const slowest = { ...rival, name: 'Snail', tokensPerSecond: 2 }
const gone = { name: 'Gone', threads: 1, role: 'rival', missing: 'not installed', failed: false } as const

function section(name: 'medium' | 'sampling-512', rows: Section['rows']): Section {
  return { name, cell: 'lstm', configuration: configurationOf(name), rows, peaks: [] }
}

const machine = {
  processor: 'A chip',
  sets: [],
  cores: 2,
  platform: 'linux',
  arch: 'x64',
  node: 'v20.1.0',
  load: 0,
}
const empty: Report = { machine, seconds: 5, rounds: 20, sections: [] }
const page = 'a\n<!-- speed: npm run generate writes this from docs/bench.json -->\nold\n<!-- /speed -->\nb\n'

/** The lines that a report puts between the marks. */
function written(report: Partial<Report>): readonly string[] {
  const lines = withSpeed(page, { ...empty, ...report }).split('\n')
  return lines.slice(
    lines.findIndex((line) => line.startsWith('<!-- speed')) + 2,
    lines.indexOf('<!-- /speed -->') - 1,
  )
}

test('a row for everyone, a column for each size, what was not measured stays empty', () => {
  const sections = [
    section('sampling-512', [{ ...native, tokensPerSecond: 1e6 / 7.44 }]),
    section('medium', [native, rival, both, hare, slowest, gone]),
  ]
  expect(written({ sections })).toEqual([
    '| LSTM | 2×256, batch 50 × 50 |',
    '|---|---|',
    '| native (avx512), 1 thread | 9.3 k (71 %) |',
    '| native (avx512), 2 threads | 123 k (60 %, 1.83 ×) |',
    '| PyTorch, 1 thread | 444 (2.5 × slower) |',
    '| Hare, 1 thread | 20 k (2.0 × faster) |',
    '| Snail, 1 thread | 2 |',
    '',
    '| LSTM | sampling, 2×512 |',
    '|---|---|',
    '| native (avx512), 1 thread | 7.4 µs (71 %) |',
    '',
    'Measured on 2 cores of A chip with Node 20.1.0, 5 seconds for each in 20 turns.',
  ])
})

test('cells stand beside the LSTM and the best of PyTorch', () => {
  const base: Measured = { ...native, name: 'lstm', role: 'baseline', ratios: {} }
  const gru: Measured = { ...native, name: 'gru', tokensPerSecond: 20_000, ratios: { lstm: 1.349 } }
  const loop = { ...rival, name: 'PyTorch loop', tokensPerSecond: 12_000 }
  const fast = { ...native, ratios: { PyTorch: 30, 'PyTorch loop': 12.4 } }
  const medium: Section = { ...section('medium', [fast, rival, loop, { ...loop, threads: 2 }]), cell: 'gru' }
  const cells: Section = { ...section('medium', [base, gru]), name: 'cells', cell: 'all' }
  expect(written({ sections: [medium, cells] }).slice(0, 4)).toEqual([
    '| 2×256, batch 50 × 50, 1 thread | characters a second | of peak | LSTMs | PyTorch at best |',
    '|---|---|---|---|---|',
    '| lstm | 9.3 k | 71 % | 1 | |',
    '| gru | 20 k | 71 % | 1.35 | 12 k (12 × slower) |',
  ])
})

test('what no table shows is told below', () => {
  const beside = { ...both, name: '2 threads beside another', ratios: { '1 thread alone': 0.957 } }
  const busy = { ...section('medium', [beside]), name: 'busy' }
  const size = { raw: 4096, gzip: 2048 }
  const start = {
    from: 'dist',
    node: 40.2,
    help: 99.7,
    import: 80,
    bundle: size,
    modules: { 'sluice.wasm': size },
  } as const
  const peaks = [{ isa: 'avx512', threads: 1, gflops: 1, spread: 1.26 }]
  expect(written({ sections: [{ ...busy, peaks }], start }).slice(1)).toEqual([
    'Other work was running: the peak itself changed up to 1.3 times within a section.',
    'While another process keeps a core busy, two threads reach 0.96 × what one reaches alone.',
    '`sluice --help` takes 100 ms, of which Node takes 40;',
    'in a browser all of Sluice is 2 KiB, and 2 KiB of WebAssembly, gzipped.',
  ])
})

test('the rest of the page stays, and a page without marks is refused', () => {
  const once = withSpeed(page, empty)
  expect(once.startsWith('a\n<!-- speed')).toBe(true)
  expect(once.endsWith('<!-- /speed -->\nb\n')).toBe(true)
  expect(withSpeed(once, empty)).toBe(once)
  expect(() => withSpeed('a\n<!-- /speed -->\n', empty)).toThrow('README.md must have')
  expect(() => withSpeed(page + page, empty)).toThrow('each once')
})
