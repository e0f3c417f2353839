import { describe, expect, it } from 'vitest'
import { dropoutKey, keeps } from '../../src/core/dropout.ts'
import { Builder, numbers } from '../../src/graph/index.ts'
import { type Program, reference } from '../../src/runtime/index.ts'
import { runtimes } from './runtimes.ts'

const rows = 3
const steps = 4

/** A window that is nothing but dropout, here of two parts of a vector. */
function program(size: number, rate: number): Program {
  const build = new Builder(numbers)
  const x = build.leaf('input', 'x', { extent: 'step', shape: [size] })
  const y = build.add('dropout', [x], { rate, stream: 5 })
  const end = build.add('slice', [y], { offset: 2, size: size - 2 })
  return {
    graph: {
      nodes: build.nodes,
      inputs: [{ name: 'x', node: x }],
      parameters: [],
      outputs: [
        { name: 'y', node: y },
        { name: 'end', node: end },
      ],
    },
    rows,
    steps,
    states: [],
  }
}

const draws = { training: true, seed: 2 ** 31 + 5, counter: 77 }

describe.each([['reference', reference] as const, ...runtimes])('dropout on %s', (_name, runtime) => {
  it.each([
    [5, 0.5],
    [16, 0.1],
    [37, 0.9],
  ])('keeps of %d units what the generator says, at rate %d', async (size, rate) => {
    const executable = await runtime.compile(program(size, rate))
    const data = Array.from({ length: steps * rows * size }, (_unused, i) => 1 + i / 64)
    executable.write('x', data)
    await executable.run({ steps, mode: 'forward', ...draws })
    const key = dropoutKey(draws.seed, draws.counter, 5)
    const y = executable.read('y')
    const end = executable.read('end')
    data.forEach((x, i) => {
      const [row, unit] = [Math.floor(i / size), i % size]
      const wanted = keeps(key, row, unit, rate) ? x / (1 - rate) : 0
      expect(Math.abs(y[i]! - wanted)).toBeLessThanOrEqual(wanted * 2e-7)
    })
    expect([...end]).toEqual([...y].filter((_x, i) => i % size >= 2))
    executable.dispose()
  })

  it('is off unless the call trains, and differs by seed, update and length of the window alone', async () => {
    const executable = await runtime.compile(program(20, 0.5))
    const data = Array.from({ length: steps * rows * 20 }, (_unused, i) => 1 + i)
    executable.write('x', data)
    const mask = async (call: object, length: number = steps): Promise<string> => {
      await executable.run({ steps: length, mode: 'forward', ...call })
      return Array.from(executable.read('y'), (x) => (x === 0 ? '0' : '1')).join('')
    }
    const first = await mask(draws)
    expect(await mask({})).toBe('1'.repeat(data.length))
    expect(await mask(draws)).toBe(first)
    expect(await mask({ ...draws, seed: 3 })).not.toBe(first)
    expect(await mask({ ...draws, counter: 78 })).not.toBe(first)
    executable.write('x', data.slice(0, 2 * rows * 20))
    expect(await mask(draws, 2)).toBe(first.slice(0, 2 * rows * 20))
    executable.dispose()
  })
})
