import { describe, expect, it } from 'vitest'
import { compile } from '../../src/equations/index.ts'
import { type Executable, type Program, type Run, openRuntime, reference } from '../../src/runtime/index.ts'
import { stackProgram } from '../plan/windows.ts'
import { runtimes } from './runtimes.ts'

const cell = compile("h' = h + W @ x\ny = 2 * h'\noutput y", { name: 'sum' })
const program: Program = stackProgram([cell.graph({ input: 2, hidden: 3 })], { rows: 2, steps: 3 })

const W = [1, 0, 0, 1, 1, 1]

/** The states after a window of ones on each row: h + steps * W @ [1, 1]. */
function after(h: number, steps: number): number[] {
  return [h + steps, h + steps, h + 2 * steps]
}

const ones = (length: number): number[] => Array.from({ length }, () => 1)

function error(code: string, message: string) {
  return expect.objectContaining({ code, message: expect.stringContaining(message) as string })
}

describe.each([['reference', reference] as const, ...runtimes])('an executable of %s', (_name, runtime) => {
  async function made(): Promise<Executable> {
    const executable = await runtime.compile(program)
    executable.writeParameter('W', W)
    executable.write('x', ones(12))
    return executable
  }

  it('carries states from window to window, and starts again from what was written', async () => {
    const executable = await made()
    const final = async (call: Partial<Run>): Promise<number[]> => {
      await executable.run({ steps: 3, mode: 'forward', ...call })
      return [...executable.read('h next')].slice(0, 3)
    }
    expect(await final({})).toEqual(after(0, 3))
    expect(await final({ carry: true })).toEqual(after(3, 3).map((_x, i) => after(0, 6)[i]))
    executable.write('x', ones(4))
    expect(await final({ steps: 1, carry: true })).toEqual(after(0, 7))
    executable.write('x', ones(8))
    expect(await final({ steps: 2, carry: true })).toEqual(after(0, 9))
    expect(await final({ steps: 2 })).toEqual(after(0, 2))
    executable.write('h0', [5, 5, 5, 7, 7, 7])
    expect(await final({ steps: 2 })).toEqual(after(5, 2))
    expect(await final({ steps: 2, carry: true })).toEqual(after(5, 4))
    expect(await final({ steps: 2 })).toEqual(after(5, 2))
    executable.dispose()
  })

  it('reads the steps of the last window alone', async () => {
    const executable = await made()
    await executable.run({ steps: 3, mode: 'forward' })
    expect(executable.read('y')).toHaveLength(18)
    executable.write('x', ones(8))
    await executable.run({ steps: 2, mode: 'forward' })
    expect([...executable.read('y')]).toEqual([2, 2, 4, 2, 2, 4, 4, 4, 8, 4, 4, 8])
    executable.dispose()
  })

  it('replaces gradients, or adds to them', async () => {
    const executable = await made()
    executable.write('d y', ones(18))
    const gradient = async (call: Partial<Run>): Promise<number> => {
      await executable.run({ steps: 3, mode: 'gradients', ...call })
      return executable.readParameter('W', 'gradient')[0]!
    }
    const once = 2 * 2 * (3 + 2 + 1)
    expect(await gradient({})).toBe(once)
    expect(await gradient({})).toBe(once)
    expect(await gradient({ accumulate: true })).toBe(2 * once)
    expect([...executable.read('d x')].slice(0, 4)).toEqual([12, 12, 12, 12])
    expect([...executable.read('d h0')]).toEqual([6, 6, 6, 6, 6, 6])
    executable.dispose()
  })

  it('reads and writes every buffer of a parameter', async () => {
    const executable = await runtime.compile({ ...program, gradient: { ...program.gradient!, slots: 3 } })
    for (const [index, buffer] of (['value', 'gradient', 'slot0', 'slot1', 'slot2'] as const).entries()) {
      const data = W.map((x) => x + 10 * index)
      executable.writeParameter('W', data, buffer)
      expect([...executable.readParameter('W', buffer)]).toEqual(data)
    }
    expect([...executable.readParameter('W')]).toEqual(W)
    executable.dispose()
  })

  it('uses parameters that were written after the first call', async () => {
    const executable = await made()
    await executable.run({ steps: 1, mode: 'forward' }).catch(() => undefined)
    executable.writeParameter('W', [2, 0, 0, 2, 2, 2])
    await executable.run({ steps: 3, mode: 'forward' })
    expect([...executable.read('h next')].slice(0, 3)).toEqual([6, 6, 12])
    executable.dispose()
  })

  it('gives NaN for a loss and a norm that were not computed', async () => {
    const executable = await made()
    expect(await executable.run({ steps: 3, mode: 'forward' })).toEqual({
      loss: Number.NaN,
      gradientNorm: Number.NaN,
    })
    executable.dispose()
  })

  it('names what it does not have', async () => {
    const executable = await made()
    expect(() => executable.write('z', [])).toThrow(error('program-name', '"z"'))
    expect(() => executable.read('z')).toThrow(error('program-name', '"z"'))
    expect(() => executable.readParameter('V')).toThrow(error('program-name', '"V"'))
    expect(() => executable.writeParameter('V', [])).toThrow(error('program-name', '"V"'))
    expect(() => executable.writeParameter('W', [1, 2])).toThrow(error('program-size', '6 entries, not 2'))
    executable.dispose()
  })

  it.each<[Run, string]>([
    [{ steps: 0, mode: 'forward' }, '1 to 3 steps, not 0'],
    [{ steps: 4, mode: 'gradients' }, '1 to 3 steps, not 4'],
    [{ steps: 1.5, mode: 'forward' }, 'not 1.5'],
    [{ steps: 1, mode: 'update' }, 'needs the settings'],
  ])('refuses the call %o', async (call, message) => {
    const executable = await made()
    await expect(executable.run(call)).rejects.toThrow(error('program-run', message))
    executable.dispose()
  })

  it('refuses to train without gradients or without enough slots', async () => {
    const { gradient, ...forward } = program
    const blind = await runtime.compile(forward)
    await expect(blind.run({ steps: 3, mode: 'gradients' })).rejects.toThrow(
      error('program-run', 'no gradients'),
    )
    const executable = await made()
    const update = {
      rule: 'adam',
      learningRate: 1,
      momentum: 0,
      nesterov: false,
      alpha: 0,
      centered: false,
    } as const
    const rest = { beta1: 0.9, beta2: 0.9, epsilon: 1, weightDecay: 0, clipNorm: 0, clipValue: 0, count: 1 }
    const call = { steps: 3, mode: 'gradients', update: { ...update, ...rest } } as const
    await expect(executable.run(call)).rejects.toThrow(error('program-run', 'needs 2 slots'))
    expect(gradient!.slots).toBe(0)
    for (const one of [blind, executable]) one.dispose()
  })

  it('refuses to differentiate what is not there', async () => {
    const wrong = { ...program, gradient: { of: ['nothing'], inputs: [], slots: 0 } }
    await expect(runtime.compile(wrong)).rejects.toThrow(error('program-name', '"nothing"'))
    const other = { ...program, gradient: { of: ['y'], inputs: ['nothing'], slots: 0 } }
    await expect(runtime.compile(other)).rejects.toThrow(error('program-name', '"nothing"'))
  })
})

describe('openRuntime', () => {
  it('opens each runtime by name', async () => {
    expect((await openRuntime('reference')).machine.runtime).toBe('reference')
    expect((await openRuntime('wasm', { threads: 1 })).machine).toEqual({
      runtime: 'wasm',
      isa: 'simd128',
      threads: 1,
    })
  })

  it('says why it falls back', async () => {
    const reasons: string[] = []
    const onFallback = (from: string, reason: string): unknown => reasons.push(`${from}: ${reason}`)
    const { machine } = await openRuntime('auto', { threads: 1, isa: 'none such', onFallback })
    expect(machine.runtime).toBe('wasm')
    expect(reasons).toHaveLength(1)
    expect(reasons[0]).toMatch(/^native: /)
    await expect(openRuntime('native', { isa: 'none such' })).rejects.toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    )
  })
})
