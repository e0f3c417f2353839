import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { checkStudio, studioInBrowser } from './studio-site.ts'

const studio = studioInBrowser()

/** Presses Tab until something of a name has the focus, which must then be seen to have it. */
async function tabTo(page: Page, name: RegExp, role = ''): Promise<void> {
  const nameOf = (): Promise<string> =>
    page.evaluate(() => {
      const { activeElement: now } = document
      const label =
        now?.getAttribute('aria-label') ?? (now as HTMLInputElement | null)?.labels?.[0]?.textContent
      return `${now?.role ?? ''} ${label ?? now?.textContent ?? ''}`
    })
  const isIt = (found: string): boolean => {
    const space = found.indexOf(' ')
    return found.slice(0, space) === role && name.test(found.slice(space + 1))
  }
  for (let presses = 0; presses < 150; presses++) {
    await page.keyboard.press('Tab')
    if (!isIt(await nameOf())) continue
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)
    expect(outline).toBe('solid')
    return
  }
  throw new Error(`Tab does not lead to ${name}.`)
}

test.each([1280, 390])(
  'keys alone, %i wide: train on an own text, find what a unit tells, break it',
  async (width) => {
    await checkStudio(studio.browser, studio.site.url, async (page) => {
      await page.setViewportSize({ width, height: 800 })
      await tabTo(page, /^Cell$/, 'tab')
      await page.keyboard.press('ArrowRight')
      await tabTo(page, /^Text to learn from$/)
      await page.keyboard.press('ControlOrMeta+a')
      const line = 'she said "come in (and quickly)" to the fox, and the fox came in\n'
      await page.keyboard.insertText(line.repeat(60))
      await tabTo(page, /^updates$/)
      await page.getByTestId('text-info').getByText('your text').waitFor()
      await page.keyboard.press('ControlOrMeta+a')
      await page.keyboard.insertText('300')
      await tabTo(page, /^Train$/)
      await page.keyboard.press('Enter')
      await page.getByTestId('samples').getByText('update 300', { exact: true }).waitFor()
      // The focus went from the button that trains to the one that pauses, and back.
      await page.waitForFunction(() => document.activeElement?.textContent === 'Train')
      await tabTo(page, /^Train$/, 'tab')
      await page.keyboard.press('ArrowRight')
      await tabTo(page, /^Search all units$/)
      await page.keyboard.press('Enter')
      await page.getByTestId('detections').locator('button').first().waitFor()
      await tabTo(page, /^inside brackets.*AUC 0\.\d\d/)
      await page.keyboard.press('Enter')
      await tabTo(page, /^unit \d+ of [ch]$/)
      await page.keyboard.press('End')
      await page.getByTestId('loss-change').getByText('→').waitFor()
      await page.waitForFunction(
        () => document.querySelector('[data-testid=went-held] mark')?.textContent !== '',
      )
      await tabTo(page, /^Let it go$/)
      await page.keyboard.press('Enter')
      await page.getByTestId('went-held').waitFor({ state: 'detached' })
    })
  },
)
