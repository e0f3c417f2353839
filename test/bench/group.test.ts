import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Command } from '../../bench/contestant.ts'
import type { Contender } from '../../bench/contenders.ts'
import { runGroup } from '../../bench/group.ts'
import type { Ready } from '../../bench/protocol.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** A process that speaks the protocol and claims to need `seconds` for everything. */
const pretender = (ready: Ready, seconds: number): string =>
  `console.log(${JSON.stringify(JSON.stringify(ready))})
require('node:readline').createInterface({ input: process.stdin }).on('line', () => console.log('{"times":[${seconds}]}'))`

const node = (text: string): Command => ({ file: process.execPath, args: ['-e', text] })

function contender(name: string, command: Contender['command'], rival = false): Contender {
  const complaint = (losses: readonly number[]) => (losses[0] === 1 ? undefined : `its loss is ${losses[0]}`)
  return { name, rival, threads: 1, runtime: 'native', command, complaint }
}

test.skipIf(process.platform === 'win32')('contenders are held against rivals and the peak', async () => {
  const peak = join(folder, 'peak')
  writeFileSync(peak, `#!${process.execPath}\n${pretender({ flops: 1e9 }, 0.01)}`)
  chmodSync(peak, 0o755)
  const good = { losses: [1], isa: 'simd' }
  const { rows, peaks } = await runGroup(
    [
      contender('mine', node(pretender(good, 0.1))),
      contender('wrong', node(pretender({ losses: [2] }, 0.1))),
      contender('broken', node("console.error('no memory'); process.exit(3)")),
      contender('theirs', node(pretender({ losses: [1], detail: 'version 1' }, 0.4)), true),
      contender('gone', { missing: 'not installed' }, true),
    ],
    { tokens: 100, flops: 2e9 },
    { native: () => peak, wasm: '' },
    'simd',
    0.01,
  )
  expect(peaks).toEqual([{ isa: 'simd', threads: 1, gflops: 100, spread: 1 }])
  const measured: unknown = expect.any(Number)
  expect(rows[0]).toEqual({
    name: 'mine simd',
    threads: 1,
    rival: false,
    tokensPerSecond: 1000,
    gflops: 20,
    share: expect.closeTo(0.2, 12),
    memory: process.platform === 'linux' ? measured : undefined,
    ratios: { theirs: expect.closeTo(4, 12) },
    detail: undefined,
  })
  expect(rows[1]).toMatchObject({
    name: 'theirs',
    tokensPerSecond: 250,
    gflops: 5,
    ratios: {},
    detail: 'version 1',
  })
  expect(rows.slice(2)).toEqual([
    { name: 'wrong', threads: 1, rival: false, missing: 'its loss is 2', failed: true },
    { name: 'broken', threads: 1, rival: false, missing: 'no memory', failed: true },
    { name: 'gone', threads: 1, rival: true, missing: 'not installed', failed: false },
  ])
})
