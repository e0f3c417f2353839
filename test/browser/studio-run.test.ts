import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { untar } from '../../studio/src/run/tar.ts'
import { thousands } from '../../studio/src/ui/format.ts'
import { checkStudio, numberIn, studioInBrowser } from './studio-site.ts'

/** Updates of every run. */
const updates = 2000

const studio = studioInBrowser()

const inTrainRoom = (task: (page: Page) => Promise<void>): Promise<void> =>
  checkStudio(studio.browser, `${studio.site.url}#train`, task)

const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click()

async function begin(page: Page): Promise<void> {
  const poem = 'The quick brown fox jumps over the lazy dog; 😀 five boxing wizards.\r\n'.repeat(60)
  await page.getByLabel('Text to learn from').fill(poem)
  await page.getByLabel('Text to learn from').blur()
  await page.getByTestId('text-info').getByText('your text').waitFor()
  await page.getByLabel('updates', { exact: true }).fill(String(updates))
  await page.getByLabel('updates', { exact: true }).blur()
  await press(page, 'Train')
}

const ended = (page: Page): Promise<void> =>
  page
    .getByTestId('samples')
    .getByText(`update ${thousands(updates)}`, { exact: true })
    .waitFor()

async function saveRun(page: Page): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'Save the run')])
  expect(download.suggestedFilename()).toBe('lstm-run.tar')
  return readFile(await download.path())
}

async function load(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.getByLabel('Load a run or a model …').setInputFiles({ name, mimeType: '', buffer })
}

/** Every bit of the weights and of all else that a training goes on from. */
function stateOf(file: Buffer): readonly string[] {
  const state = Array.from(untar(file)!).filter(([path]) => path.endsWith('.safetensors'))
  return state.map(([path, bytes]) => `${path.split('/').at(-1)} ${Buffer.from(bytes).toString('base64')}`)
}

const stepReaches = (page: Page, step: number): Promise<unknown> =>
  page.waitForFunction(
    (least) =>
      Number(document.querySelector('[data-testid=figure-step]')?.textContent?.replace(/\D/g, '')) >= least,
    step,
  )

describe('a run in a file', () => {
  test('goes on in another page to the same bits as one that was never interrupted', async () => {
    let [whole, moving, held]: Buffer[] = []
    await inTrainRoom(async (page) => {
      await begin(page)
      await ended(page)
      whole = await saveRun(page)
    })
    const seen: (string | null)[][] = []
    const see = async (page: Page): Promise<unknown> =>
      seen.push([
        await page.getByTestId('figure-step').textContent(),
        await page.getByTestId('figure-loss').textContent(),
        await page.getByTestId('figure-epoch').textContent(),
        await page.getByTestId('samples').locator('li pre').last().textContent(),
      ])
    await inTrainRoom(async (page) => {
      await begin(page)
      await stepReaches(page, 20)
      moving = await saveRun(page)
      await press(page, 'Pause')
      await press(page, 'Go on')
      await stepReaches(page, 60)
      await press(page, 'Pause')
      await page.getByRole('button', { name: 'Go on' }).waitFor()
      held = await saveRun(page)
      await see(page)
      await press(page, 'Go on')
      await ended(page)
      expect(stateOf(await saveRun(page))).toEqual(stateOf(whole!))
    })
    for (const file of [moving!, held!]) {
      expect(stateOf(file)).not.toEqual(stateOf(whole!))
      await inTrainRoom(async (page) => {
        await load(page, 'lstm-run.tar', file)
        await page.getByTestId('model-bar').getByText('paused').waitFor()
        await page.getByTestId('text-info').getByText('your text').waitFor()
        const before = await numberIn(page, 'figure-step')
        expect(before).toBeGreaterThan(19)
        expect(before).toBeLessThan(updates)
        await see(page)
        await press(page, 'Go on')
        await ended(page)
        expect(stateOf(await saveRun(page))).toEqual(stateOf(whole!))
      })
    }
    expect(seen[2]).toEqual(seen[0])
  })

  test('or a model takes the place of a training that is held, which tells nothing more', async () => {
    await inTrainRoom(async (page) => {
      await begin(page)
      await stepReaches(page, 20)
      await press(page, 'Pause')
      await page.getByRole('button', { name: 'Go on' }).waitFor()
      const file = await saveRun(page)
      const step = await numberIn(page, 'figure-step')
      await load(page, 'lstm-run.tar', file)
      await press(page, 'Go on')
      await stepReaches(page, step + 20)
      await press(page, 'Pause')
      await page.getByRole('button', { name: 'Go on' }).waitFor()
      const [, weights] = Array.from(untar(file)!).find(([path]) => path.endsWith('model.safetensors'))!
      await load(page, 'mine.safetensors', Buffer.from(weights))
      await page.getByTestId('model-bar').getByText('from mine.safetensors').waitFor()
      await page.getByRole('button', { name: 'Train', exact: true }).waitFor()
      await expect.poll(() => page.getByTestId('model-bar').textContent()).not.toContain('paused')
    })
  })

  test('that has ended says what another training begins with, and can be forgotten', async () => {
    await inTrainRoom(async (page) => {
      await begin(page)
      await stepReaches(page, 20)
      await press(page, 'Stop')
      await page.getByText('with the optimizer as at a start').waitFor()
      await press(page, 'Begin anew')
      await page.getByTestId('model-bar').getByText('untrained').waitFor()
      await expect.poll(() => page.getByRole('button', { name: 'Begin anew' }).count()).toBe(0)
      await expect.poll(() => page.getByTestId('figure-step').textContent()).toBe('–')
      await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Train')
    })
  })

  test('that is damaged or cut off says so in a line, and takes nothing away', async () => {
    await inTrainRoom(async (page) => {
      await begin(page)
      await ended(page)
      const file = await saveRun(page)
      const bar = await page.getByTestId('model-bar').textContent()
      const figure = await page.getByTestId('figure-loss').textContent()
      const broken = Buffer.from(file)
      broken[Math.floor(file.length / 2)]! ^= 1
      for (const bytes of [broken, file.subarray(0, 5000)]) {
        await load(page, 'mine.tar', bytes)
        const alert = page.getByRole('alert')
        await alert.getByText('mine.tar is damaged').waitFor()
        await page.mouse.wheel(0, 4000)
        await page.waitForFunction(() => scrollY > 100)
        expect((await alert.boundingBox())!.y).toBe(0)
        await page.getByRole('button', { name: 'Close' }).click()
      }
      await expect.poll(() => page.getByTestId('model-bar').textContent()).toBe(bar)
      await expect.poll(() => page.getByTestId('figure-loss').textContent()).toBe(figure)
      await load(page, 'mine.tar', file)
      await page.getByRole('button', { name: 'Train', exact: true }).waitFor()
      await expect.poll(() => page.getByTestId('model-bar').textContent()).toBe(bar)
    })
  })
})
