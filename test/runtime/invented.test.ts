import { describe, expect, it } from 'vitest'
import { cell } from '../../src/cells/index.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { model } from '../../src/model/index.ts'
import { type Runtime, type UpdateSettings, reference } from '../../src/runtime/index.ts'
import { runtimes, withThreads } from './runtimes.ts'
import { plainAdam } from './settings.ts'

/** A cell that nobody wrote before: a matrix on a gate, a division, a memory of another size, a norm, a block. */
const invented = cell(
  'tug of war',
  `
  size pull
  state m: pull
  matrix Wp: [pull, hidden]
  matrix A: [hidden, pull]
  matrix G: [2 * hidden, hidden + pull]
  r  = sigmoid(Wr @ [h, x] + br)
  p  = tanh(Wp @ (r * h) + Up @ x)
  q  = exp(-abs(Wq @ p))
  m' = (m + q * (Vm @ x)) / (1 + abs(m) + q)
  u  = norm(A @ m' + B^T @ h, gain, shift)
  s  = block(G @ [u, p], 0, 2) - block(G @ [u, p], 1, 2)
  h' = r * h + (1 - r) * softsign(max(s, 0.1 * u))`,
)

const text = 'the quick brown fox jumps over the lazy dog and the dog sleeps on while the fox runs away '
const rows = 6
const steps = 12

const adam: UpdateSettings = {
  ...plainAdam,
  learningRate: 0.03,
  epsilon: 1e-6,
  clipNorm: 1,
}

/** Losses of some training steps on a line of text, with carried states. */
async function losses(runtime: Runtime): Promise<number[]> {
  const input = Vocabulary.of(text)
  const net = model({ input, layers: [invented({ hidden: 21, pull: 7 })], seed: 2 })
  const executable = await runtime.compile(net.program({ rows, steps, training: true, slots: 2 }))
  for (const [name, { data }] of net.parameters) executable.writeParameter(name, data)
  const tokens = [...text].map((symbol) => input.symbols.indexOf(symbol))
  const at = (step: number, row: number): number => tokens[(row * 14 + step) % tokens.length]!
  const found: number[] = []
  for (let count = 1; count <= 26; count++) {
    const first = (count - 1) * steps
    const each = (shift: number) =>
      Array.from({ length: steps * rows }, (_unused, i) => at(first + shift + Math.floor(i / rows), i % rows))
    executable.write('tokens', each(0))
    executable.write('targets', each(1))
    const update = { ...adam, count }
    found.push(
      (await executable.run({ steps, mode: 'gradients', carry: count > 1, training: true, update })).loss,
    )
  }
  executable.dispose()
  return found
}

const wanted = await losses(reference)
const threaded = (await withThreads([2])).map(
  ([name, [runtime]]) => [`${name} with 2 threads`, runtime!] as const,
)

describe('a cell that nobody here wrote', () => {
  it('learns', () => {
    expect(wanted[0]).toBeCloseTo(Math.log(Vocabulary.of(text).size), 0)
    expect(wanted.at(-1)).toBeLessThan(0.75 * wanted[0]!)
  })

  it.each([...runtimes, ...threaded])('learns the same on %s', async (_name, runtime) => {
    const got = await losses(runtime)
    const errors = wanted.map((loss, i) => Math.abs(got[i]! - loss))
    expect(errors[0]).toBeLessThan(1e-6)
    expect(Math.max(...errors)).toBeLessThan(1e-4)
  })
})
