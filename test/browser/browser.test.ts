import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesOf, readContent } from '../../conformance/case-files.ts'
import { call } from './call.ts'
import { startChromium } from './chromium.ts'
import { type Learnt, trainStack } from './runs.ts'
import { type Site, openSite } from './site.ts'

const vectors = fileURLToPath(new URL('../../../shared/vectors', import.meta.url))

let site: Site
let browser: Browser
beforeAll(async () => {
  site = await openSite('test/browser/page.ts')
  browser = await startChromium()
})
afterAll(async () => {
  await browser.close()
  site.close()
})

/** Does something in a new page, which must not complain. */
async function inPage<T>(address: string, task: (page: Page) => Promise<T>): Promise<T> {
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(address)
  const result = await task(page)
  await page.close()
  expect(complaints).toEqual([])
  return result
}

function expectLearnt({ first, half, measured, written }: Learnt): void {
  expect(first).toBeCloseTo(Math.log(29), 0)
  expect(half).toBeGreaterThan(0)
  expect(measured).toBeLessThan(first / 10)
  expect(written).toBe(' brown fox jumps ove')
}

describe('an isolated page', () => {
  test.each([1, 2])('gives the same bits as Node on %i threads', async (threads) => {
    const here = await trainStack({ threads })
    const there = await inPage(site.isolated, (page) => call(page, 'trainStack', { threads }))
    expect(there).toEqual(here)
    expect(there.machine).toEqual({ runtime: 'wasm', isa: 'simd128', threads })
  })

  test('learns a text and writes it', async () => {
    expectLearnt(await inPage(site.isolated, (page) => call(page, 'learnText')))
  })

  test('stays awake while it computes', async () => {
    const { rings, runs } = await inPage(site.isolated, (page) => call(page, 'ringWhileRunning'))
    expect(runs).toBe(6)
    expect(rings).toBeGreaterThan(4 * runs)
  })

  test('takes WebAssembly by itself, from an address or from bytes', async () => {
    await inPage(site.isolated, async (page) => {
      expect(await call(page, 'openAuto', { missing: false })).toEqual({
        runtime: 'wasm',
        said: [],
        refused: '',
      })
      expect(await call(page, 'openBytes')).toMatchObject({ runtime: 'wasm', isa: 'simd128' })
    })
  })

  test('falls back to the reference, and says why', async () => {
    const { runtime, said, refused } = await inPage(site.isolated, (page) =>
      call(page, 'openAuto', { missing: true }),
    )
    expect(runtime).toBe('reference')
    expect(said).toEqual([expect.stringMatching(/^wasm: .*\/nowhere\/sluice-threads\.wasm \(status 404\)/)])
    expect(refused).toBe('Unsupported unsupported/wasm-fetch')
  })

  test.each(['isolated', 'plain'] as const)(
    'without the full module (%s) trains what needs it not',
    async (address) => {
      const { refused, runtime, loss } = await inPage(site[address], (page) => call(page, 'trainWithoutFull'))
      expect(refused).toBe('Unsupported unsupported/wasm-fetch')
      expect(runtime).toBe('wasm')
      expect(loss).toBeCloseTo(Math.log(29), 0)
    },
  )

  test.skipIf(!existsSync(vectors))('passes the conformance cases', { timeout: 120_000 }, async () => {
    await inPage(site.isolated, async (page) => {
      for (const file of filesOf(vectors)) {
        const results = await call(page, 'runTrials', readContent(vectors, file), file, 2)
        expect(results.filter(({ status }) => status === 'failed')).toEqual([])
      }
    })
  })
})

describe('a page that may not share memory', () => {
  test('gives the same bits on one thread', async () => {
    const here = await trainStack({ threads: 1 })
    expect(await inPage(site.plain, (page) => call(page, 'trainStack'))).toEqual(here)
  })

  test('learns a text and writes it', async () => {
    expectLearnt(await inPage(site.plain, (page) => call(page, 'learnText')))
  })

  test('stays awake while it computes', async () => {
    const { rings, runs } = await inPage(site.plain, (page) => call(page, 'ringWhileRunning'))
    expect(rings).toBeGreaterThan(4 * runs)
  })

  test('refuses more threads', async () => {
    const training = inPage(site.plain, (page) => call(page, 'trainStack', { threads: 2 }))
    await expect(training).rejects.toThrow('WebAssembly has one thread only')
  })
})

test('a browser without SIMD is told so', async () => {
  const old = await startChromium('--js-flags=--no-enable-ssse3 --no-enable-sse4-1')
  try {
    const page = await old.newPage()
    await page.goto(site.isolated)
    const { runtime, said } = await call(page, 'openAuto', { missing: false })
    expect(runtime).toBe('reference')
    expect(said).toEqual([expect.stringContaining('no SIMD here')])
  } finally {
    await old.close()
  }
})
