import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cells, model, text } from '../../src/browser.ts'
import { reference } from '../../src/runtime/index.ts'
import { RunDirectory } from '../../src/train/directory.ts'
import { train } from '../../src/train/index.ts'
import { startChromium } from './chromium.ts'
import { type StudioSite, checkStudio, openStudioSite } from './studio-site.ts'

/** Runs that only began. With the others more than a browser has connections for. */
const many = ['a', 'b', 'c', 'd', 'e', 'f']

let runs = ''
let site: StudioSite
let browser: Browser
beforeAll(async () => {
  runs = await mkdtemp(join(tmpdir(), 'sluice-runs-'))
  for (const name of ['first', 'second', 'later']) await makeRun(join(runs, name), name === 'second' ? 5 : 4)
  await fromLaterVersion(join(runs, 'later'))
  await makeRun(join(runs, 'torn'), 4)
  await tear(join(runs, 'torn'))
  for (const name of many) {
    await mkdir(join(runs, name))
    await writeFile(join(runs, name, 'metrics.jsonl'), '{"step":3,"loss":2}\n{"step":4,"lo')
  }
  site = await openStudioSite(['first', 'second', 'later', 'torn', ...many].map((name) => join(runs, name)))
  browser = await startChromium()
})
afterAll(async () => {
  await browser.close()
  await site.close()
  await rm(runs, { recursive: true })
})

async function makeRun(path: string, units: number): Promise<void> {
  const run = await RunDirectory.create(path)
  const book = text.from('The quick brown fox. '.repeat(12))
  const net = model({ input: book.vocabulary, layers: [cells.gru(units)] })
  const options = { batch: 2, window: 8, steps: 6, validation: 'none', runtime: reference, run } as const
  for await (const step of train(net, book, options)) void step
  await run.close()
}

/** Makes a run look as if a later version had written it. */
async function fromLaterVersion(path: string): Promise<void> {
  const file = join(path, 'run.json')
  await writeFile(file, (await readFile(file, 'utf8')).replace(/"format": \d+/, '"format": 99'))
  expect(await readdir(path)).toContain('run.json')
}

/** Cuts off the model of every checkpoint of a run. */
async function tear(path: string): Promise<void> {
  for (const name of await readdir(join(path, 'checkpoints')))
    await truncate(join(path, 'checkpoints', name, 'model.safetensors'), 100)
}

describe('runs on disk', () => {
  test('are shown with their losses, several at once, and as they grow', async () => {
    await checkStudio(browser, site.url, async (page) => {
      await page.getByTestId('run-first').getByText('6 updates').waitFor()
      await page.getByTestId('run-second').getByText('6 updates').waitFor()
      await expect.poll(() => page.locator('.legend').textContent()).toMatch(/first.*second/)
      await page.getByTestId('model-bar').getByText('gru').waitFor()
      await appendFile(join(runs, 'first/metrics.jsonl'), '{"step":7,"loss":1.5}\n')
      await page.getByTestId('run-first').getByText('7 updates').waitFor()
      await page.getByTestId('run-second').getByRole('checkbox').uncheck()
      await page.waitForFunction(() => !document.querySelector('.legend')?.textContent?.includes('second'))
      await page.getByTestId('run-second').getByRole('button', { name: 'Take its model' }).click()
      await page.getByTestId('model-bar').getByText('5 units').waitFor()
    })
  })

  test('are shown in two tabs at once', async () => {
    await checkStudio(browser, site.url, async (one) => {
      await checkStudio(browser, site.url, async (other) => {
        for (const page of [one, other]) await page.getByTestId('run-first').getByText('updates').waitFor()
        await appendFile(join(runs, 'first/metrics.jsonl'), '{"step":12,"loss":1.25}\n')
        for (const page of [one, other]) await page.getByTestId('run-first').getByText('12 updates').waitFor()
      })
    })
  })

  test('leave room for everything else, however many they are', async () => {
    await checkStudio(browser, site.url, async (page) => {
      for (const name of many) await page.getByTestId(`run-${name}`).getByText('3 updates').waitFor()
      for (const room of ['cell', 'units', 'memory', 'lab']) {
        await page.goto(`${site.url}#${room}`)
        await page.locator(`.room.${room}`).waitFor()
      }
    })
  })

  test('are shown in more tabs than a browser has connections, also when the first is closed', async () => {
    const context = await browser.newContext()
    let streams = 0
    context.on('request', (request) => (streams += Number(request.url().endsWith('api/metrics'))))
    try {
      const pages: Page[] = []
      for (let tab = 0; tab < 7; tab++) {
        const page = await context.newPage()
        await page.goto(site.url)
        await page.getByTestId('run-second').getByText('6 updates').waitFor()
        pages.push(page)
      }
      expect(streams).toBe(1)
      const grown = async (step: number): Promise<void> => {
        await appendFile(join(runs, 'second/metrics.jsonl'), `{"step":${step},"loss":1.5}\n`)
        for (const page of pages) await page.getByTestId('run-second').getByText(`${step} updates`).waitFor()
      }
      await grown(20)
      await pages.shift()!.close()
      await grown(21)
      expect(streams).toBe(2)
    } finally {
      await context.close()
    }
  })

  test('are heard of once by each tab where tabs cannot agree on one that asks', async () => {
    const context = await browser.newContext()
    await context.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }))
    try {
      const pages = [await context.newPage(), await context.newPage()]
      for (const page of pages) {
        await page.goto(site.url)
        await page.getByTestId('run-second').getByText('updates').waitFor()
      }
      await appendFile(join(runs, 'second/metrics.jsonl'), '{"step":30,"loss":90}\n')
      for (const page of pages) await page.getByTestId('run-second').getByText('30 updates').waitFor()
      await checkStudio(browser, site.url, async (page) => {
        await page.getByTestId('run-second').getByText('30 updates').waitFor()
        const row = await page.getByTestId('run-second').textContent()
        for (const each of pages)
          await expect.poll(() => each.getByTestId('run-second').textContent()).toBe(row)
      })
    } finally {
      await context.close()
    }
  })

  test('whose checkpoints are damaged, or that have none, show their losses and say why no model loads', async () => {
    await checkStudio(browser, site.url, async (page) => {
      const bar = page.getByTestId('model-bar')
      await bar.getByText('from first').waitFor()
      for (const [name, updates, reason] of [
        ['torn', 6, /damaged/],
        ['a', 3, /no checkpoint|no run|nothing/i],
      ] as const) {
        await page.getByTestId(`run-${name}`).getByText(`${updates} updates`).waitFor()
        await page.getByTestId(`run-${name}`).getByRole('button', { name: 'Take its model' }).click()
        await page.getByRole('alert').getByText(reason).waitFor()
        await expect.poll(() => bar.textContent()).toContain('from first')
      }
    })
  })

  test('of a later version are said to be one', async () => {
    await checkStudio(browser, site.url, async (page) => {
      await page.getByTestId('run-later').getByRole('button', { name: 'Take its model' }).click()
      await page
        .getByRole('alert')
        .getByText(/later version|newer/i)
        .waitFor()
    })
  })
})

describe('anywhere', () => {
  test('a page that may not share memory trains on one thread, and says so', async () => {
    await checkStudio(browser, `${site.plain}#train`, async (page) => {
      await page.getByTestId('model-bar').getByText('One thread').waitFor()
      await page.getByLabel('updates', { exact: true }).fill('40')
      await page.getByLabel('updates', { exact: true }).blur()
      await page.getByRole('button', { name: 'Train', exact: true }).click()
      await page.getByText('40 updates').waitFor()
    })
  })

  test('a browser without SIMD says that it is slow', async () => {
    const old = await startChromium('--js-flags=--no-enable-ssse3 --no-enable-sse4-1')
    try {
      await checkStudio(old, `${site.url}#cell`, async (page) => {
        await page.getByTestId('model-bar').getByText('no SIMD here').waitFor()
        await page.getByTestId('story').waitFor()
      })
    } finally {
      await old.close()
    }
  })

  test.each([1280, 390])('no room is wider than a window of %i', async (width) => {
    await checkStudio(browser, site.plain, async (page) => {
      await page.setViewportSize({ width, height: 800 })
      for (const room of ['cell', 'train', 'units', 'memory', 'lab']) {
        await page.goto(`${site.plain}#${room}`)
        await page.locator(`.room.${room}`).waitFor()
        await expect
          .poll(() => page.evaluate(() => document.documentElement.scrollWidth))
          .toBeLessThanOrEqual(width)
      }
    })
  })

  test('light and dark follow the reader, and a switch', async () => {
    await checkStudio(browser, site.plain, async (page) => {
      const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      await page.emulateMedia({ colorScheme: 'light' })
      const light = await paper()
      await page.emulateMedia({ colorScheme: 'dark' })
      await page.waitForFunction(
        (before) => getComputedStyle(document.body).backgroundColor !== before,
        light,
      )
      await page.getByRole('button', { name: /^Theme: system/ }).click()
      await expect.poll(paper).toBe(light)
    })
  })

  test('something is painted before any script has come', async () => {
    const page = await browser.newPage()
    const scripts: Route[] = []
    await page.route('**/*.js', (route) => void scripts.push(route))
    try {
      await page.goto(site.url, { waitUntil: 'commit' })
      await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0)
      await page.getByText('Opening the studio').waitFor()
      expect(scripts).not.toEqual([])
      await page.unroute('**/*.js')
      await page.getByTestId('model-bar').waitFor()
    } finally {
      await page.close()
    }
  })
})
