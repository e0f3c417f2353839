import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const places = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser']

/** Nothing but the pages that are asked for: no updates, no reports, no look for a better protocol. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
]

/** The browser's program: the environment's CHROMIUM, or the system's; undefined where there is none. */
export function findChromium(): string | undefined {
  return places.find((place) => place !== undefined && existsSync(place))
}

/** Starts a headless Chromium. @param more flags, such as those of its JavaScript engine */
export async function startChromium(...more: readonly string[]): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined)
    throw new Error("There is no Chromium here: install Debian's chromium, or set CHROMIUM to its path.")
  return chromium.launch({ executablePath, args: [...flags, ...more] })
}
