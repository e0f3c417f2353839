import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Turns } from '../../src/core/turns.ts'
import { call as fields } from '../../src/plan/format.ts'
import { type Backing, HeldPlan, Line } from '../../src/runtime/device.ts'

beforeAll(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterAll(() => void vi.useRealTimers())

/** A plan whose calls take as many milliseconds as they have steps, and where each was run. */
function fakePlan(more: Partial<Backing> = {}) {
  const ran: string[] = []
  const take = (where: string) => (call: Float64Array) => {
    const steps = call[fields.indexOf('steps')]!
    vi.advanceTimersByTime(steps)
    ran.push(`${steps} ${where}`)
  }
  const run = take('aside')
  const backing: Backing = {
    memory: new ArrayBuffer(8),
    offset: 0,
    length: 2,
    run: async (call) => run(call),
    runNow: take('here'),
    runsHere: true,
    free: () => undefined,
    ...more,
  }
  const plan = new HeldPlan(backing, new Line(), new Turns(6))
  return {
    ran,
    run(steps: number, mode = 1) {
      const call = new Float64Array(fields.length)
      call[fields.indexOf('mode')] = mode
      call[fields.indexOf('steps')] = steps
      return plan.run(call)
    },
  }
}

it('calls that are known to be short run on the calling thread', async () => {
  const { ran, run } = fakePlan()
  for (const steps of [2, 2, 2, 9, 9, 2]) await run(steps)
  await run(2, 3)
  expect(ran).toEqual(['2 aside', '2 here', '2 here', '9 aside', '9 aside', '2 here', '2 aside'])
})

it('no call does where the calling thread is slower than others', async () => {
  const { ran, run } = fakePlan({ runsHere: false })
  for (const steps of [2, 2, 2]) await run(steps)
  expect(ran).toEqual(['2 aside', '2 aside', '2 aside'])
})

it('the event loop has a turn before they keep it waiting for more than 6 ms', async () => {
  const { ran, run } = fakePlan()
  await run(2)
  setImmediate(() => ran.push('turn'))
  for (let count = 0; count < 8; count++) await run(2)
  expect(ran.indexOf('turn')).toBeLessThanOrEqual(4)
  expect(ran).toContain('turn')
})
