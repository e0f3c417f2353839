import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { sampleText } from '../../studio/src/text/sample-text.ts'
import { colourIn, css, rangeOf } from '../../studio/src/ui/colour.ts'
import { compact, decimal } from '../../studio/src/ui/format.ts'
import { type Runtime, cells, model, openRuntime, text } from '../../src/browser.ts'
import { jacobians, trace, valuesOf } from '../../src/inspect/index.ts'
import { checkStudio, drag, studioInBrowser } from './studio-site.ts'

/*
 * Numbers and colours that rooms show, beside those of the library for the same model.
 */

const studio = studioInBrowser()
let runtime: Runtime
beforeAll(async () => {
  runtime = await openRuntime('wasm', { threads: 1 })
})

const content = sampleText()
const { vocabulary } = text.from(content)

const checkRoom = (name: string, task: (page: Page) => Promise<void>): Promise<void> =>
  checkStudio(studio.browser, `${studio.site.url}#${name}`, task)

test('factors of backpropagation and their products are those of the library, for both cells', async () => {
  const read = content.slice(0, 60)
  await checkRoom('memory', async (page) => {
    await drag(page, 'steps back', 12)
    await page.waitForFunction(
      () => document.querySelectorAll('[data-testid=way-1] figure:first-of-type .plot b').length === 12,
    )
    for (const [lane, cell] of [cells.rnn, cells.lstm].entries()) {
      const net = model({ input: vocabulary, layers: [cell(24)], seed: 1 })
      const { factors, products } = await jacobians(net, read, { runtime, steps: 12 })
      const figures = page.getByTestId(`way-${lane}`).locator('figure')
      for (const [place, numbers] of [factors, products.toReversed()].entries()) {
        const bars = figures.nth(place).locator('b')
        await expect
          .poll(() => bars.evaluateAll((all) => all.map((bar) => bar.getAttribute('title')!.slice(3))))
          .toEqual(Array.from(numbers, compact))
      }
    }
  })
})

test('a click on a unit colours the text by its values', async () => {
  const net = model({ input: vocabulary, layers: [cells.lstm(32)], seed: 1 })
  const { layers } = await trace(net, content.slice(0, 420), { runtime })
  const { units, data } = valuesOf(layers[0]!).find(({ name }) => name === 'f')!
  await checkRoom('units', async (page) => {
    await page.getByRole('combobox', { name: /^value/ }).selectOption('f')
    const map = page.locator('.matrix').first()
    await map.click({ position: { x: 8 * 30 + 4, y: 9 * 7 + 4 } })
    await page.getByTestId('spot').getByText('7', { exact: true }).waitFor()
    const values = Array.from({ length: 420 }, (_unused, step) => data[step * units + 7]!)
    await expect.poll(() => page.getByTestId('spot').textContent()).toContain(`: ${decimal(values[30]!, 3)}`)
    const letters = page.getByTestId('coloured').locator('span')
    const range = rangeOf(data, true)
    await expect
      .poll(() =>
        letters.evaluateAll((all) =>
          all.map((span) => [span.getAttribute('title'), span.style.background.replaceAll(',', '')]),
        ),
      )
      .toEqual(
        values.map((value) => [value.toFixed(3), css(colourIn(range, value, false)).replaceAll(',', '')]),
      )
  })
})

test('a text is walked through by itself, until it is halted', async () => {
  await checkRoom('cell', async (page) => {
    await page.getByRole('button', { name: 'Walk' }).click()
    await page.getByTestId('story').getByText('At p, unit 0').waitFor()
    await page.getByRole('button', { name: 'Halt' }).click()
    await page.getByRole('button', { name: 'Walk' }).waitFor()
    const held = await page.getByTestId('story').textContent()
    await page.waitForTimeout(600)
    await expect.poll(() => page.getByTestId('story').textContent()).toBe(held)
    await page.getByRole('button', { name: 'One step back' }).click()
    await expect.poll(() => page.getByTestId('story').textContent()).not.toBe(held)
  })
})
