import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { buildStudio } from '../../scripts/build-studio.ts'
import { serveStudio } from '../../src/cli/studio/server.ts'
import { staticFile } from '../../src/cli/studio/static.ts'
import { startChromium } from './chromium.ts'

/** A studio that was built and is served. */
export interface StudioSite {
  /** As the command line serves it. */
  readonly url: string
  /** As any server of files does, without headers: its pages may not share memory. */
  readonly plain: string
  /** Where it was built. */
  readonly folder: string
  close(): Promise<void>
}

/** Builds the studio and serves it, with some run directories. */
export async function openStudioSite(runs: readonly string[] = []): Promise<StudioSite> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-studio-'))
  await buildStudio(folder)
  const server = await serveStudio({ folder, runs, port: 0 })
  const plain = createServer((request, response) => {
    void staticFile(folder, request.url ?? '/').then((file) =>
      file
        ? response.writeHead(200, { 'Content-Type': file.type }).end(file.bytes)
        : response.writeHead(404).end(),
    )
  })
  await new Promise<void>((done) => plain.listen(0, 'localhost', done))
  return {
    url: server.url,
    plain: `http://localhost:${(plain.address() as AddressInfo).port}/`,
    folder,
    async close() {
      server.close()
      plain.close()
      plain.closeAllConnections()
      await rm(folder, { recursive: true })
    },
  }
}

/** A studio that is served, and a browser to look at it. */
export interface StudioInBrowser {
  site: StudioSite
  browser: Browser
}

/** Opens both before the tests of a file, and closes them after the last. */
export function studioInBrowser(): StudioInBrowser {
  const opened = {} as StudioInBrowser
  beforeAll(async () => {
    opened.site = await openStudioSite()
    opened.browser = await startChromium()
  })
  afterAll(async () => {
    await opened.browser.close()
    await opened.site.close()
  })
  return opened
}

/** Does something in a room of the studio. The page must not complain, nor ask anything of another origin. */
export async function checkStudio(
  browser: Browser,
  address: string,
  task: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  const complaints: string[] = []
  const { origin } = new URL(address)
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !/^(data|blob):/.test(url)) complaints.push(`asks for ${url}`)
  })
  try {
    await page.goto(address)
    await page.getByTestId('model-bar').waitFor()
    await task(page)
    expect(complaints).toEqual([])
  } finally {
    await page.close()
  }
}

/** Number that a part of the page shows. */
export async function numberIn(page: Page, testId: string): Promise<number> {
  const text = (await page.getByTestId(testId).textContent()) ?? ''
  return Number(text.replaceAll('\u202f', '').replace('−', '-'))
}

/** Moves a slider as dragging does. */
export async function drag(page: Page, name: string, value: number): Promise<void> {
  await page.getByRole('slider', { name, exact: true }).fill(String(value))
}
