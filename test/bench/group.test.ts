import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Command } from '../../bench/contestant.ts'
import type { Contender } from '../../bench/contenders.ts'
import { runGroup } from '../../bench/group.ts'
import type { Measured } from '../../bench/report.ts'
import type { Ready } from '../../bench/protocol.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** A process that speaks the protocol and claims to need so many seconds for each slice, one after the other. */
const pretender = (ready: Ready, ...seconds: number[]): string =>
  `console.log(${JSON.stringify(JSON.stringify(ready))})
const seconds = ${JSON.stringify(seconds)}
require('node:readline').createInterface({ input: process.stdin }).on('line', () => {
  console.log(JSON.stringify({ times: [seconds.length > 1 ? seconds.shift() : seconds[0]] }))
})`

const node = (text: string): Command => ({ file: process.execPath, args: ['-e', text] })

function contender(name: string, command: Contender['command'], more: Partial<Contender> = {}): Contender {
  const complaint = (check: readonly number[]) => (check[0] === 1 ? undefined : `its loss is ${check[0]}`)
  const work = { flops: 2e7, tokens: 100 }
  return { name, role: 'entry', threads: 1, engine: 'native', command, ...work, complaint, ...more }
}

const rival = { role: 'rival' } as const

/** Runs contenders beside a peak of 100 GFLOP/s. */
function run(contenders: readonly Contender[], rounds = 3) {
  const peak = join(folder, 'peak')
  writeFileSync(peak, `#!${process.execPath}\n${pretender({ flops: 1e9 }, 0.01)}`)
  chmodSync(peak, 0o755)
  return runGroup(contenders, { peaks: { native: () => peak, wasm: '' }, best: 'simd', seconds: 2, rounds })
}

const good = { check: [1], isa: 'simd' }

test.skipIf(process.platform === 'win32')('contenders are held against rivals and the peak', async () => {
  const { rows, peaks } = await run([
    contender('mine', node(pretender(good, 0.1)), { arena: () => 7 }),
    contender('wrong', node(pretender({ check: [2] }, 0.1))),
    contender('broken', node("console.error('no memory'); process.exit(3)")),
    contender('theirs', node(pretender({ check: [1], detail: 'version 1', tokens: 50 }, 0.2)), rival),
    contender('gone', { missing: 'not installed' }, rival),
  ])
  expect(peaks).toEqual([{ isa: 'simd', threads: 1, gflops: 100, spread: 1 }])
  const { memory, ...first } = rows[0] as Measured
  expect((memory ?? 0) > 1e6).toBe(process.platform === 'linux')
  expect(first).toEqual({
    name: 'mine',
    isa: 'simd',
    threads: 1,
    role: 'entry',
    tokensPerSecond: 1000,
    gflops: 20,
    share: expect.closeTo(0.2, 12),
    arena: 7,
    ratios: { theirs: expect.closeTo(4, 12) },
  })
  expect(rows[1]).toMatchObject({
    name: 'theirs',
    tokensPerSecond: 250,
    gflops: 5,
    ratios: {},
    detail: 'version 1',
  })
  expect(rows.slice(2)).toEqual([
    { name: 'wrong', threads: 1, role: 'entry', missing: 'its loss is 2', failed: true },
    { name: 'broken', threads: 1, role: 'entry', missing: 'no memory', failed: true },
    { name: 'gone', threads: 1, role: 'rival', missing: 'not installed', failed: false },
  ])
})

test.skipIf(process.platform === 'win32')('more threads are held against one, round by round', async () => {
  const { rows } = await run([
    contender('mine', node(pretender(good, 0.1, 0.2, 0.1))),
    contender('mine', node(pretender(good, 0.05, 0.1, 0.08)), { threads: 2 }),
    contender('single', node(pretender(good, 0.4)), rival),
    contender('base', node(pretender(good, 0.2)), { role: 'baseline', threads: 2 }),
    contender('dear', node(pretender(good, 0.5)), { allowed: { over: 'base', most: 2.1 } }),
    contender('free', node(pretender(good, 0.3)), { allowed: { over: 'base' } }),
    contender('lost', node(pretender(good, 0.3)), { allowed: { over: 'nobody' } }),
  ])
  expect(rows[4]).toMatchObject({ cost: { over: 'base', times: expect.closeTo(2.5, 12), most: 2.1 } })
  expect(rows[5]).toHaveProperty('cost', { over: 'base', times: expect.closeTo(1.5, 12) })
  expect(rows[6]).not.toHaveProperty('cost')
  expect(rows[0]).not.toHaveProperty('overOneThread')
  expect(rows[0]).toMatchObject({ ratios: { single: expect.closeTo(4, 12) } })
  expect(rows[0]).not.toHaveProperty('ratios.base')
  expect(rows[1]).toMatchObject({
    overOneThread: 2,
    ratios: { single: expect.closeTo(5, 12), base: expect.closeTo(2.5, 12) },
  })
})

test.skipIf(process.platform === 'win32')(
  'a slow rival leaves out rounds, and one that dies is told',
  async () => {
    const dies = `${pretender({ check: [1] }, 0.1)}.on('line', () => { console.error('RangeError: too much\\n  at'); process.exit(1) })`
    const { rows } = await run([
      contender('mine', node(pretender(good, 0.1, 0.1, 0.05, 0.05))),
      contender('slow', node(pretender(good, 10, 20, 30, 30)), rival),
      contender('mortal', node(dies.replace(/console\.log\(JSON.*/, '')), rival),
    ])
    expect(rows[0]).toMatchObject({ ratios: { slow: 100 } })
    expect(rows[1]).toMatchObject({ name: 'slow', tokensPerSecond: 10 })
    expect(rows[2]).toEqual({
      name: 'mortal',
      threads: 1,
      role: 'rival',
      missing: 'RangeError: too much',
      failed: false,
    })
  },
)

test('a task is the first line of the input', async () => {
  const echo = `require('node:readline').createInterface({ input: process.stdin }).once('line', (line) => {
    console.log(JSON.stringify({ missing: JSON.parse(line).cell }))
  })`
  const { rows } = await run([contender('mine', { ...node(echo), task: { cell: 'lstm' } })])
  expect(rows).toMatchObject([{ name: 'mine', missing: 'lstm', failed: false }])
})
