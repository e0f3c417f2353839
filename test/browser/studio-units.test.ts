import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { sampleText } from '../../studio/src/text/sample-text.ts'
import { decimal, percent } from '../../studio/src/ui/format.ts'
import { type Runtime, decodeModel, openRuntime } from '../../src/browser.ts'
import { gradientFlow, intervene, saliency, saturation, unitLosses } from '../../src/inspect/index.ts'
import type { Model } from '../../src/model/index.ts'
import { checkStudio, studioInBrowser } from './studio-site.ts'

const studio = studioInBrowser()
const patience = { interval: 20, timeout: 30_000 }
let runtime: Runtime
beforeAll(async () => {
  runtime = await openRuntime('wasm', { threads: 1 })
})

/** What the room of units looks at unless the reader chooses another text. */
const content = sampleText().slice(0, 420)

/** Trains a little, and does something in the room of units, with the same model from its file. */
async function inUnitsRoom(task: (page: Page, net: Model) => Promise<void>): Promise<void> {
  await checkStudio(studio.browser, `${studio.site.url}#train`, async (page) => {
    await page.getByLabel('updates', { exact: true }).fill('150')
    await page.getByLabel('updates', { exact: true }).blur()
    await page.getByRole('button', { name: 'Train', exact: true }).click()
    await page.getByTestId('samples').getByText('update 150', { exact: true }).waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the model' }).click(),
    ])
    const net = decodeModel(new Uint8Array(await readFile(await download.path())))
    await page.goto(`${studio.site.url}#units`)
    await task(page, net)
  })
}

describe('a unit that is held', () => {
  test('changes loss and predictions as the library says', async () => {
    await inUnitsRoom(async (page, net) => {
      const place = { runtime, layer: 'layers.0', name: 'h', batch: 1, window: content.length - 1 }
      const { layer, name } = place
      const all = (await unitLosses(net, content, { ...place, clamp: 1 })).changes
      const { unit } = all.reduce((most, each) => (each.change > most.change ? each : most))
      await page.getByRole('combobox', { name: /^value/ }).selectOption(name)
      await page.getByRole('group', { name: /^Units and characters/ }).focus()
      for (let k = 0; k < unit; k++) await page.keyboard.press('ArrowDown')
      await page.getByTestId('spot').getByText(String(unit), { exact: true }).waitFor()
      const slider = page.getByRole('slider', { name: `unit ${unit} of ${name}` })
      await slider.fill((await slider.getAttribute('max'))!)
      const clamp = Number(await slider.inputValue())
      const { loss, changes } = await unitLosses(net, content, { ...place, units: [unit], clamp })
      const { change } = changes[0]!
      expect(Math.abs(change)).toBeGreaterThan(0.01)
      const shown = `${decimal(loss, 3)} → ${decimal(loss + change, 3)} (${change < 0 ? '' : '+'}${decimal(change, 3)})`
      await page.getByTestId('loss-change').getByText(`loss on this text ${shown}`).waitFor()

      const held = intervene(net, [{ layer, name, units: [unit], clamp }])
      for (const [label, model] of [['as it is', net] as const, ['held', held] as const]) {
        const guesses = page.getByTestId(`guesses-${label}`).locator('span')
        await vi.waitFor(async () => {
          const texts = await guesses.allTextContents()
          expect(texts).toHaveLength(6)
          const asked = texts.map(async (text) => {
            const symbol = { '␣': ' ', '↵': '\n' }[[...text][0]!] ?? [...text][0]!
            const { logProbability } = await saliency(model, content, { runtime, at: 25, symbol })
            return `${[...text][0]} ${percent(Math.exp(logProbability))}`
          })
          expect(texts).toEqual(await Promise.all(asked))
        }, patience)
      }
    })
  })
})

describe('what the library measures of a model', () => {
  test('shows how open its gates are, and leads to each', async () => {
    await inUnitsRoom(async (page, net) => {
      const gates = await saturation(net, content, { runtime })
      const rows = page.getByTestId('saturation').getByRole('button')
      await expect
        .poll(() => rows.allTextContents())
        .toEqual(
          gates.map(
            ({ name, closed, open, mean }) =>
              `${name}closed ${percent(closed)}, open ${percent(open)}, mean ${mean.toFixed(2)}`,
          ),
        )
      await rows.filter({ hasText: /^f/ }).click()
      await expect.poll(() => page.getByRole('combobox', { name: /^value/ }).inputValue()).toBe('f')
      await page.getByText('Another text').click()
      await page.getByLabel('Text to look at').fill('☃☃☃')
      await page.getByLabel('Text to look at').blur()
      await page.getByText('The model knows no character of this text.').waitFor()
    })
  })

  test('shows which characters speak for a prediction', async () => {
    await inUnitsRoom(async (page, net) => {
      const reasons = page.getByTestId('reasons')
      await reasons.waitFor()
      const panel = page.locator('section', { has: reasons })
      const other = panel.getByRole('button').nth(1)
      const [letter = ''] = [...(await other.textContent())!]
      await other.click()
      await reasons.locator('.asked', { hasText: letter }).waitFor()
      const symbol = { '␣': ' ', '↵': '\n' }[letter] ?? letter
      const { products } = await saliency(net, content, { runtime, at: 25, symbol })
      const spans = reasons.locator('span:not(.asked)')
      await expect
        .poll(() => spans.evaluateAll((all) => all.map((span) => span.getAttribute('title'))))
        .toEqual(
          Array.from(products, (product) => `${product < 0 ? 'against' : 'for'}: ${product.toFixed(3)}`),
        )
    })
  })

  test('says how far back gradients reach, and what windows follow', async () => {
    await inUnitsRoom(async (page, net) => {
      const { memory, isCut, window, states } = await gradientFlow(net, sampleText().slice(0, 8192), {
        runtime,
      })
      await page.goto(`${studio.site.url}#memory`)
      await page.getByRole('button', { name: 'Measure lstm' }).click()
      const advice = page.getByTestId('flow')
      await advice.getByText(`Effective memory: ${isCut ? 'more than ' : ''}${memory} steps`).waitFor()
      await expect
        .poll(() => advice.textContent())
        .toContain(
          `(${states.map((each) => `${each.state} ${each.isCut ? 'over ' : ''}${each.memory}`).join(', ')})`,
        )
      await page.getByRole('button', { name: `Train with windows of ${window}` }).click()
      await page.goto(`${studio.site.url}#train`)
      await expect.poll(() => page.getByLabel('window', { exact: true }).inputValue()).toBe(String(window))
    })
  })
})
