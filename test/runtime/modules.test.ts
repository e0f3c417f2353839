import { expect, test } from 'vitest'
import { HeldPlan, Line } from '../../src/runtime/device.ts'
import { packedRuntime } from '../../src/runtime/packed.ts'
import type { Runtime } from '../../src/runtime/index.ts'
import type { WasmFile } from '../../src/runtime/wasm/host.ts'
import { nodeHost } from '../../src/runtime/wasm/host-node.ts'
import { openWasm } from '../../src/runtime/wasm/index.ts'
import { Together } from '../../src/runtime/wasm/together.ts'
import { trained } from './trained.ts'

/** A runtime that has one module for all plans. */
function runtimeOf(file: WasmFile): Runtime {
  const places = new Together(() => nodeHost.module(file), undefined, 1)
  return packedRuntime({
    machine: { runtime: 'wasm', isa: 'simd128', threads: 1 },
    vectorWidth: 4,
    fastPairs: false,
    load: async (plan) => new HeldPlan(await places.place(plan), new Line()),
  })
}

test('what is not rare has the same bits in the small module and in the full one', async () => {
  const bits = await trained(runtimeOf('sluice.wasm'))
  expect(await trained(runtimeOf('sluice-full.wasm'))).toEqual(bits)
  expect(await trained(packedRuntime(await openWasm({ memory: 'inline' })))).toEqual(bits)
})
