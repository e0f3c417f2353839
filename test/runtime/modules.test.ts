import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { Unsupported } from '../../src/core/errors.ts'
import { HeldPlan, Line } from '../../src/runtime/device.ts'
import { packedRuntime } from '../../src/runtime/packed.ts'
import type { Runtime } from '../../src/runtime/index.ts'
import type { WasmFile } from '../../src/runtime/wasm/host.ts'
import { nodeHost } from '../../src/runtime/wasm/host-node.ts'
import { openWasm } from '../../src/runtime/wasm/index.ts'
import { Modules } from '../../src/runtime/wasm/modules.ts'
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

/** Modules of a page that has the bytes of one file for all names. */
const modulesFrom = (file: WasmFile): Modules =>
  new Modules(() => readFile(new URL(`../../build/wasm/${file}`, import.meta.url)))

test('a small module is refused where the full one is needed; the full one does for both', async () => {
  const small = modulesFrom('sluice.wasm')
  expect(await small.get('sluice.wasm')).toBeInstanceOf(WebAssembly.Module)
  const refused: unknown = await small.get('sluice-full.wasm').catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(Unsupported)
  expect(refused).toMatchObject({ key: 'unsupported/wasm-other' })
  expect((refused as Unsupported).message).toContain('sluice-full.wasm')
  const full = modulesFrom('sluice-full-threads.wasm')
  expect(await full.get('sluice-threads.wasm')).toBeInstanceOf(WebAssembly.Module)
  expect(await full.get('sluice-full-threads.wasm')).toBeInstanceOf(WebAssembly.Module)
})
