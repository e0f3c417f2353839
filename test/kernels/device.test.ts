import { constants } from 'node:buffer'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { Unsupported } from '../../src/core/errors.ts'
import { header } from '../../src/plan/format.ts'
import { openNative } from '../../src/runtime/native/index.ts'
import { openWasm } from '../../src/runtime/wasm/index.ts'
import type { Device } from '../../src/runtime/device.ts'
import { devices, threaded } from './devices.ts'
import { doubling, long } from './examples.ts'
import { runCall } from './plan.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const hasNative = devices.some(({ machine }) => machine.runtime === 'native')

/** Runs a script that may import from test/kernels. */
function runScript(body: string): { status: number | null; output: string } {
  const script = `
    import { threaded } from './test/kernels/devices.ts'
    import { doubling, long } from './test/kernels/examples.ts'
    import { runCall } from './test/kernels/plan.ts'
    ${body}`
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    timeout: 15_000,
  })
  return { status, output: stdout + stderr }
}

describe.each(threaded)('a device: $name', ({ open }) => {
  it('refuses plans for other vectors and of other versions', async () => {
    const device = await open(1)
    const words = doubling(device).words.slice()
    words[2] = 5
    await expect(device.load(words)).rejects.toThrow(`vectors of 5 floats, ${device.machine.runtime}`)
    words[0] = 0
    await expect(device.load(words)).rejects.toThrow(Unsupported)
  })

  it('runs calls one after the other, and frees memory after the last', async () => {
    const device = await open(2)
    const { words, place } = doubling(device)
    const [first, second] = [await device.load(words), await device.load(words)]
    first.floats[place] = 1
    second.floats[place] = 3
    const calls = [first, second, first, first, second].map((loaded) =>
      runCall(loaded, { mode: 1, steps: 1 }),
    )
    await Promise.all(calls)
    expect([first.floats[place], second.floats[place]]).toEqual([8, 12])
    const last = runCall(first, { mode: 1, steps: 1 })
    first.dispose()
    first.dispose()
    await last
    await expect(runCall(first, { mode: 1, steps: 1 })).rejects.toMatchObject({ code: 'disposed' })
    const left = device.machine.runtime === 'native' ? 0 : first.floats.length // shared memory is only let go
    expect(first.floats).toHaveLength(left)
    await runCall(second, { mode: 1, steps: 1 })
    expect(second.floats[place]).toBe(24)
    second.dispose()
  })

  it.each([1, 2])('lets plans wait for each other: %i threads', async (threads) => {
    const device = await open(threads)
    const plans = [await device.load(long(device, 20).words), await device.load(doubling(device).words)]
    const ended: number[] = []
    await Promise.all(
      plans.map(async (loaded, i) => {
        await runCall(loaded, { mode: 1, steps: i === 0 ? 20 : 1 })
        ended.push(i)
        loaded.dispose()
      }),
    )
    expect(ended).toEqual([0, 1])
  })

  it('leaves the event loop free while it runs', async () => {
    const device = await open(1)
    const loaded = await device.load(long(device, 20).words)
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    await runCall(loaded, { mode: 1, steps: 20 })
    clearInterval(timer)
    expect(turns).toBeGreaterThan(0)
    loaded.dispose()
  })
})

describe('opening', () => {
  it('names what there is when an instruction set is unknown', () => {
    const open = (): unknown => openNative({ isa: 'mmx' })
    expect(open).toThrow(Unsupported)
    expect(open).toThrow(hasNative ? /no instruction set 'mmx': it has \w+/ : 'not built')
  })

  it('takes whole numbers of threads', async () => {
    await expect(openWasm({ threads: 0 })).rejects.toMatchObject({ code: 'threads' })
    await expect(openWasm({ threads: 1.5 })).rejects.toThrow('not 1.5')
    await expect(openWasm({ threads: 2, memory: 'inline' })).rejects.toThrow('one thread only')
    await expect(openWasm({ threads: 2, memory: 'worker' })).rejects.toMatchObject({ code: 'threads' })
  })
})

/** The doubling plan with an arena of 4 GiB and 64 bytes, most of which nothing touches. */
function hugeWords(device: Device): Int32Array {
  const words = doubling(device).words.slice()
  words[header.indexOf('arena')] = 2 ** 30 + 16
  return words
}

describe.runIf(hasNative && constants.MAX_LENGTH <= 2 ** 32)('an arena that Node has no buffer for', () => {
  it('is Unsupported, with its size', async () => {
    const device = openNative({ threads: 1 })
    const loading = device.load(hugeWords(device))
    await expect(loading).rejects.toThrow(Unsupported)
    await expect(loading).rejects.toThrow('takes 4097 MiB of memory, and this Node allows 4096 MiB')
  })

  it('is freed once by the addon', () => {
    const { status, output } = runScript(`
      import { createRequire } from 'node:module'
      const native = createRequire(import.meta.url)('./build/native/sluice.node')
      const words = doubling({ vectorWidth: native.sets()[0].width }).words
      words[${header.indexOf('arena')}] = 2 ** 30 + 16
      for (let i = 0; i < 3; i++) {
        try {
          native.load(0, words, native.team(1))
        } catch {
          console.log('refused')
        }
        await new Promise((resolve) => setImmediate(resolve))
      }`)
    expect(output).toBe('refused\n'.repeat(3))
    expect(status).toBe(0)
  })
})

describe('a program with devices', () => {
  it('runs calls that have nothing to do between calls that have', () => {
    const { status, output } = runScript(`
      for (const { open } of threaded) {
        const device = await open(3)
        const { words, place } = doubling(device)
        const loaded = await device.load(words)
        let wrong = 0
        for (let i = 0; i < 300; i++) {
          loaded.floats[place] = 1
          await runCall(loaded, { mode: 8, steps: 1 })
          await runCall(loaded, { mode: 1, steps: 1 })
          if (loaded.floats[place] !== 2) wrong++
        }
        console.log(wrong)
      }`)
    expect(output).toBe('0\n'.repeat(threaded.length))
    expect(status).toBe(0)
  })

  it('ends by itself when its work is done', () => {
    const { status, output } = runScript(`
      for (const { open } of threaded) {
        const device = await open(2)
        const { words, place } = doubling(device)
        const loaded = await device.load(words)
        loaded.floats[place] = 21
        await runCall(loaded, { mode: 1, steps: 1 })
        console.log(loaded.floats[place])
      }`)
    expect(output).toBe('42\n'.repeat(threaded.length))
    expect(status).toBe(0)
  })

  it('can exit in the middle of runs', () => {
    const { status, output } = runScript(`
      for (const { open } of threaded) {
        const device = await open(2)
        const loaded = await device.load(long(device, 100).words)
        void runCall(loaded, { mode: 1, steps: 100 })
      }
      setTimeout(() => process.exit(3), 20)`)
    expect(output).toBe('')
    expect(status).toBe(3)
  })
})
