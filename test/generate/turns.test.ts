import { expect, test } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { type SamplingState, sample } from '../../src/generate/index.ts'
import { model } from '../../src/model/index.ts'
import { type Runtime, openRuntime } from '../../src/runtime/index.ts'
import { collect, letters } from '../train/fake.ts'

const small = model({ input: letters(7), layers: [cells.gru(9)] })
const runtime = await openRuntime('auto', { threads: 1 })

/** The runtime with nothing but calls through the event loop. */
const patient: Runtime = {
  machine: runtime.machine,
  precisions: runtime.precisions,
  async compile(program) {
    const executable = await runtime.compile(program)
    return new Proxy(executable, {
      get(target, name) {
        if (name === 'runNow') return undefined
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  },
}

test.each(['native', 'wasm', 'reference'] as const)(
  'sampling lets the event loop have turns: %s',
  async (name) => {
    const opened = await openRuntime(name, { threads: 1 })
    let pieces = 0
    let turned = false
    for await (const piece of sample(small, { runtime: opened, length: 1e5 })) {
      // Not before the second: the first window reads states that were written, which takes a turn anyway.
      pieces += piece.length
      if (pieces === 2) setTimeout(() => (turned = true))
      if (turned) break
    }
    expect(turned).toBe(true)
  },
)

test('gives the same text and states however calls are made', async () => {
  const options = { prime: 'abcdefg', length: 300, temperature: 0.7, seed: 5 }
  const [one, other] = [
    sample(small, { ...options, runtime }),
    sample(small, { ...options, runtime: patient }),
  ]
  expect(await collect(one)).toEqual(await collect(other))
  expect(one.state).toEqual(other.state)
})

test('tells where the text stands after every piece', async () => {
  const options = { runtime, temperature: 1, seed: 3 }
  const sampling = sample(small, { ...options, length: 8 })
  let text = ''
  let half: SamplingState | undefined
  for await (const piece of sampling) {
    text += piece
    if (text.length === 4) half = sampling.state
  }
  const rest = await collect(sample(small, { ...options, length: 4, state: half! }))
  expect(rest.join('')).toBe(text.slice(4))
})
