import { expect, test } from 'vitest'
import type { Host, HostWorker } from '../../src/runtime/wasm/host.ts'
import type { FromWorker, ToWorker } from '../../src/runtime/wasm/shared-worker.ts'
import { Workers } from '../../src/runtime/wasm/workers.ts'

type Listener = Parameters<HostWorker<ToWorker, FromWorker>['listen']>

/** Workers that only their listeners speak for. */
function silent(threads: number): { workers: Workers; listeners: Listener[] } {
  const listeners: Listener[] = []
  const worker: HostWorker<ToWorker, FromWorker> = {
    post: () => undefined,
    hold: () => undefined,
    listen: (...listener) => listeners.push(listener),
  }
  const host: Host = {
    cores: threads,
    sharesMemory: true,
    module: () => Promise.reject(new Error('no module')),
    worker: <To, From>() => worker as unknown as HostWorker<To, From>,
  }
  return { workers: new Workers(host, threads), listeners }
}

const ended = new Error('a worker ended with code 1')

test('the first reason of a failure stays when the worker ends', async () => {
  const { workers, listeners } = silent(2)
  const [, fail] = listeners[1]!
  fail(new Error('out of stack'))
  fail(ended)
  await expect(workers.run(0)).rejects.toThrow('stopped (out of stack)')
})

test('a run fails with the first reason, and so do later ones', async () => {
  const { workers, listeners } = silent(2)
  const run = workers.run(0)
  const [answer, fail] = listeners[0]!
  answer({ error: 'unreachable' })
  fail(ended)
  await expect(run).rejects.toThrow('stopped (unreachable)')
  await expect(workers.run(0)).rejects.toThrow('stopped (unreachable)')
})

test('a run ends with the last answer', async () => {
  const { workers, listeners } = silent(2)
  const run = workers.run(0)
  for (const [answer] of listeners) answer({ error: '' })
  await expect(run).resolves.toBeUndefined()
})
