import { describe, expect, it } from 'vitest'
import { compile } from '../../src/equations/index.ts'
import { type Executable, reference } from '../../src/runtime/index.ts'
import { randomData, give, stackProgram } from '../plan/windows.ts'
import { withThreads } from './runtimes.ts'

const cell = compile("z = sigmoid(V @ x)\nh' = z * h + tanh(W @ x + U @ h)", { name: 'short' })
const program = stackProgram([cell.graph({ input: 5, hidden: 21 })], { rows: 1, steps: 1 })
const data = randomData(program, 3, 0.4)
const forward = { steps: 1, mode: 'forward', carry: true } as const

const opened = await withThreads([1, 2])

describe.each(
  opened.flatMap(([name, list]) => list.map((runtime, i) => [`${name} x${i + 1}`, runtime] as const)),
)('calls on the calling thread: %s', (_name, runtime) => {
  async function made(): Promise<Executable> {
    const executable = await runtime.compile(program)
    give(executable, data)
    return executable
  }

  it('give the bits of calls through the event loop', async () => {
    const [one, other] = [await made(), await made()]
    for (const executable of [one, other]) await executable.run({ ...forward, carry: false })
    for (let count = 0; count < 20; count++) {
      const result = await one.run(forward)
      expect(other.runNow!(forward)).toEqual(result)
      expect([...other.read('h next')]).toEqual([...one.read('h next')])
    }
    const gradients = { steps: 1, mode: 'gradients' } as const
    await one.run(gradients)
    other.runNow!(gradients)
    expect([...other.readParameter('U', 'gradient')]).toEqual([...one.readParameter('U', 'gradient')])
    one.dispose()
    other.dispose()
  })

  it('are left to `run` while another call is under way, and after parameters were written', async () => {
    const executable = await made()
    const other = await made()
    expect(executable.runNow!(forward)).toBeUndefined()
    const first = executable.run({ ...forward, carry: false })
    expect(executable.runNow!(forward)).toBeUndefined()
    await other.run({ ...forward, carry: false })
    await first
    const h = [...executable.read('h next')]
    const running = other.run(forward)
    expect(executable.runNow!(forward)).toBeUndefined()
    expect([...executable.read('h next')]).toEqual(h)
    await running
    expect(executable.runNow!(forward)).toBeDefined()
    expect([...executable.read('h next')]).not.toEqual(h)
    executable.dispose()
    expect(executable.runNow!(forward)).toBeUndefined()
    await expect(executable.run(forward)).rejects.toMatchObject({ code: 'disposed' })
    other.dispose()
  })

  it('are made by `run` too where that is no slower', async () => {
    const executable = await made()
    /** Whether a call ends without a turn of the event loop. Some here have one first. */
    const isHere = async (): Promise<boolean> => {
      let ended = false
      const running = executable.run(forward).then(() => (ended = true))
      for (let tick = 0; tick < 50; tick++) await Promise.resolve()
      const atOnce = ended
      await running
      return atOnce
    }
    const { runtime: name, threads } = runtime.machine
    const isExpected = name === 'native' || threads === 1
    const tries = isExpected ? 100_000 : 100
    let seen = false
    for (let count = 0; count < tries && !seen; count++) seen = await isHere()
    expect(seen).toBe(isExpected)
    executable.dispose()
  })

  it('are checked as others are', async () => {
    const executable = await made()
    await executable.run(forward)
    expect(() => executable.runNow!({ ...forward, steps: 2 })).toThrow(
      expect.objectContaining({ code: 'program-run' }),
    )
    executable.dispose()
  })
})

it('the reference has none', async () => {
  expect((await reference.compile(program)).runNow).toBeUndefined()
})
