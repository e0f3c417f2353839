import type { Page } from 'playwright-core'
import type { Calls } from './page.ts'

/** Calls a function of page.ts in a page. */
export async function call<Name extends keyof Calls>(
  page: Page,
  name: Name,
  ...args: Parameters<Calls[Name]>
): Promise<Awaited<ReturnType<Calls[Name]>>> {
  await page.waitForFunction('globalThis.calls !== undefined')
  return page.evaluate(
    ([called, given]) => {
      const { calls } = globalThis as unknown as { calls: Record<string, (...all: unknown[]) => unknown> }
      return calls[called]!(...given)
    },
    [name, args] as const,
  ) as Promise<Awaited<ReturnType<Calls[Name]>>>
}
