import { afterEach, expect, test } from 'vitest'
import { Unsupported } from '../../src/core/errors.ts'
import { Memories, grow } from '../../src/runtime/wasm/memories.ts'
import { openRuntime } from '../../src/runtime/index.ts'
import { Builder, numbers } from '../../src/graph/index.ts'
import { compile } from '../../src/equations/index.ts'
import type { Program } from '../../src/runtime/index.ts'

const Memory = WebAssembly.Memory

afterEach(() => {
  WebAssembly.Memory = Memory
})

/** `h' = h + x` from zero: what a call gives tells whether the arena was clean. */
function counting(): Program {
  const step = compile("h' = h + x").graph({ input: 3, hidden: 3 })
  const build = new Builder(numbers)
  const x = build.leaf('input', 'x', { extent: 'step', shape: [3] })
  const h0 = build.leaf('input', 'h', { extent: 'row', shape: [3] })
  const scan = build.add('scan', [x, h0], { step })
  const graph = {
    nodes: build.nodes,
    inputs: [
      { name: 'x', node: x },
      { name: 'h', node: h0 },
    ],
    parameters: [],
    outputs: [{ name: 'y', node: build.add('pick', [scan], { index: 0 }) }],
  }
  return { graph, rows: 2, steps: 2, states: [] }
}

test('programs that come and go share two memories, each clean for the next', async () => {
  let made = 0
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor)
      made++
    }
  }
  const runtime = await openRuntime('wasm', { threads: 2 })
  for (let round = 0; round < 12; round++) {
    const executable = await runtime.compile(counting())
    executable.write(
      'x',
      Array.from({ length: 12 }, (_unused, i) => i),
    )
    await executable.run({ steps: 2, mode: 'forward' })
    expect([...executable.read('y')]).toEqual([0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16])
    executable.dispose()
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(made).toBeLessThanOrEqual(2)
})

test('a memory that was given back comes again as zeros, and grows', () => {
  const memories = new Memories(false)
  const memory = memories.take(100)
  new Uint8Array(memory.buffer).fill(7)
  memories.give(memory)
  const again = memories.take(200_000)
  expect(again).toBe(memory)
  expect(again.buffer.byteLength).toBe(4 * 65536)
  expect(new Uint8Array(again.buffer).every((byte) => byte === 0)).toBe(true)
  grow(again, 10)
  expect(again.buffer.byteLength).toBe(4 * 65536)
})

test('a memory that the machine refuses is Unsupported, with the size', () => {
  WebAssembly.Memory = class extends Memory {
    constructor() {
      super({ initial: 2 ** 17 }) // more than there can be
    }
  }
  expect(() => new Memories(true).take(3 * 2 ** 20)).toThrow(Unsupported)
  expect(() => new Memories(true).take(3 * 2 ** 20)).toThrow('WebAssembly cannot get the 3 MiB')
})
