import { Unsupported } from '../../src/core/errors.ts'
import type { Device } from '../../src/runtime/device.ts'
import { nativeSets, openNative } from '../../src/runtime/native/index.ts'
import { openWasm } from '../../src/runtime/wasm/index.ts'

function native(): readonly string[] {
  try {
    return nativeSets()
  } catch (error) {
    if (error instanceof Unsupported) return [] // no compiler: a normal case
    throw error
  }
}

/** Every instruction set of this machine, native and WebAssembly, with one thread. */
export const devices: readonly Device[] = [
  ...native().map((isa) => openNative({ isa, threads: 1 })),
  await openWasm({ memory: 'inline' }),
]

/** Those that multiply pairs of bf16 numbers, by an instruction of the processor or with its parts. */
export const pairing = devices.filter(({ machine }) => machine.runtime === 'native')

/** A device that passes for one whose processor has the instruction. */
export function withPairs(device: Device): Device {
  const { machine, vectorWidth } = device
  return { machine, vectorWidth, fastPairs: true, load: (plan) => device.load(plan) }
}

/** A way to open each runtime with a number of threads. */
export const threaded: readonly { readonly name: string; open(threads: number): Promise<Device> }[] = [
  ...native().map((isa) => ({
    name: `native ${isa}`,
    open: async (threads: number) => openNative({ isa, threads }),
  })),
  { name: 'wasm', open: (threads) => openWasm({ threads }) },
]

/** Name of a device for titles. */
export function titleOf({ machine }: Device): string {
  return `${machine.runtime} ${machine.isa}`
}
