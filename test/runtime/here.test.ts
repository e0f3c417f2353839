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
    plan,
    ran,
    run(steps: number, mode = 1) {
      const call = new Float64Array(fields.length)
      call[fields.indexOf('mode')] = mode
      call[fields.indexOf('steps')] = steps
      return plan.run(call)
    },
    /** One call, and then nothing for so long that no other plan had any lately. */
    async settle() {
      await this.run(1, 7)
      vi.advanceTimersByTime(200)
      ran.length = 0
    },
  }
}

it('calls that are known to be short run on the calling thread', async () => {
  const fake = fakePlan()
  await fake.settle()
  for (const steps of [2, 2, 2, 9, 9, 2]) await fake.run(steps)
  await fake.run(2, 3)
  expect(fake.ran).toEqual(['2 aside', '2 here', '2 here', '9 aside', '9 aside', '2 here', '2 aside'])
})

it('no call does where the calling thread is slower than others', async () => {
  const fake = fakePlan({ runsHere: false })
  await fake.settle()
  for (const steps of [2, 2, 2]) await fake.run(steps)
  expect(fake.ran).toEqual(['2 aside', '2 aside', '2 aside'])
})

it('none do while plans of two devices take turns, so that they run at once', async () => {
  const [one, other] = [fakePlan(), fakePlan()]
  await one.settle()
  await other.settle()
  for (let count = 0; count < 4; count++) for (const fake of [one, other]) await fake.run(2)
  expect(new Set([...one.ran, ...other.ran])).toEqual(new Set(['2 aside']))
  vi.advanceTimersByTime(200)
  await other.run(2)
  expect(other.ran.at(-1)).toBe('2 here')
})

it('the event loop has a turn before they keep it waiting for more than 6 ms', async () => {
  const fake = fakePlan()
  await fake.settle()
  await fake.run(2)
  const turns: number[] = []
  const ends: number[] = []
  const note = (): unknown => turns.push(performance.now()) && setImmediate(note)
  const noting = setImmediate(note)
  for (let count = 0; count < 20; count++) {
    await fake.run(2)
    ends.push(performance.now())
  }
  clearImmediate(noting)
  const since = ends.map((end) => end - Math.max(...turns.filter((turn) => turn < end)))
  expect(Math.max(...since)).toBe(4) // a third call would make it 6
})

it('a plan that is disposed of while a call waits for a turn is freed after it', async () => {
  const fake = fakePlan({ free: () => fake.ran.push('freed') })
  await fake.settle()
  await fake.run(5)
  const running = fake.run(5)
  fake.plan.dispose()
  await running
  await vi.waitFor(() => expect(fake.ran).toEqual(['5 aside', '5 here', 'freed']))
})

it('an error of a call on the calling thread is one of the run', async () => {
  const fake = fakePlan({
    runNow() {
      throw new Error('stopped')
    },
  })
  await fake.settle()
  await fake.run(2)
  await expect(fake.run(2)).rejects.toThrow('stopped')
  await fake.run(9)
  expect(fake.ran).toEqual(['2 aside', '9 aside'])
})
