import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { sampleText } from '../../studio/src/text/sample-text.ts'
import { decimal } from '../../studio/src/ui/format.ts'
import { cells, decodeModel, encodeModel, layer, model, openRuntime, text } from '../../src/browser.ts'
import { detect, trace, valuesOf } from '../../src/inspect/index.ts'
import { drag, checkStudio, numberIn, studioInBrowser } from './studio-site.ts'

const studio = studioInBrowser()

const checkRoom = (name: string, task: (page: Page) => Promise<void>): Promise<void> =>
  checkStudio(studio.browser, `${studio.site.url}#${name}`, task)

/** Trains the model of the page for some updates. */
async function train(page: Page, updates: number): Promise<void> {
  await page.goto(`${studio.site.url}#train`)
  await page.getByLabel('updates', { exact: true }).fill(String(updates))
  await page.getByLabel('updates', { exact: true }).blur()
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await page.getByText(`${updates} updates`).waitFor()
}

/** Drops a file of a text, some times over, on the box of texts. */
function dropText(page: Page, line: string, times: number): Promise<void> {
  return page.evaluate(
    ([content, count]) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([content.repeat(count)], 'long.txt'))
      document
        .querySelector('.drop')!
        .dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true }))
    },
    [line, times] as const,
  )
}

describe('the cell', () => {
  test('shows the numbers of the library at each step', async () => {
    const content = sampleText()
    const net = model({ input: text.from(content).vocabulary, layers: [cells.lstm(32)], seed: 1 })
    const runtime = await openRuntime('wasm', { threads: 1 })
    const { layers } = await trace(net, content.slice(0, 64), { runtime })
    await checkRoom('cell', async (page) => {
      await page.getByTestId('story').waitFor()
      for (let step = 0; step < 5; step++) await page.getByTestId('step-on').click()
      await page.getByText('At ␣, unit 0').waitFor()
      for (const { name, units, data } of valuesOf(layers[0]!)) {
        const number = decimal(data[5 * units]!, 3)
        for (const place of [`number-${name}`, `equation-${name}`])
          await expect.poll(() => page.getByTestId(place).textContent()).toBe(number)
      }
    })
  })

  test('lights an equation, its part of the diagram and its numbers together', async () => {
    await checkRoom('cell', async (page) => {
      const equation = page.locator('.equations li[data-value=f]')
      await equation.hover()
      await page.locator('.diagram .gate.lit', { hasText: 'f = σ' }).waitFor()
      await expect.poll(() => page.locator('.strip.lit .name').textContent()).toContain('forget gate')
      await page.locator('.diagram .gate', { hasText: 'i = σ' }).hover()
      await page.locator('.equations li[data-value=i].lit').waitFor()
    })
  })

  test('is told in both traditions, and spelled in three ways', async () => {
    await checkRoom('cell', async (page) => {
      await page.getByRole('radio', { name: 'memories' }).click()
      const equations = page.getByTestId('equations')
      await expect.poll(() => equations.textContent()).toContain('remember gate: the long-term memory')
      await expect.poll(() => equations.textContent()).toContain('LTM')
      await page.locator('.diagram', { hasText: 'STM' }).waitFor()
      await page.getByRole('radio', { name: 'LaTeX' }).click()
      await expect
        .poll(() => page.locator('.spelled').textContent())
        .toContain(String.raw`f_t &= \sigma(W_f`.replace('W_f', ''))
    })
  })

  test('asks which gates hold a memory, and knows the answer', async () => {
    await checkRoom('cell', async (page) => {
      const verdict = page.getByTestId('verdict')
      await expect.poll(() => verdict.textContent()).toContain('it forgets what it had')
      await drag(page, 'input gate', 0)
      await drag(page, 'forget gate', 1)
      await expect.poll(() => verdict.textContent()).toBe('Not held: it gives things out.')
      await drag(page, 'output gate', 0)
      await expect.poll(() => verdict.textContent()).toContain('Held')
    })
  })

  test('is walked through by keys alone', async () => {
    await checkRoom('cell', async (page) => {
      await page.locator('.belt button').first().waitFor()
      await page.locator('.belt').focus()
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key)
      await page.getByText('At p, unit 1').waitFor()
      await page.getByRole('tab', { name: 'Cell' }).focus()
      await page.keyboard.press('ArrowLeft')
      await page.getByRole('tab', { name: 'Lab', selected: true }).waitFor()
      await page.getByLabel('Equations').waitFor()
    })
  })

  test.each(['gru', 'four_gate_lstm', 'slstm', 'indrnn'])('may be another one: %s', async (name) => {
    await checkRoom('cell', async (page) => {
      await page.getByLabel('cell', { exact: true }).selectOption(name)
      await page.getByTestId('model-bar').getByText(name).waitFor()
      await page.getByTestId('strips').locator('.strip').first().waitFor()
      await expect.poll(() => page.locator('.diagram svg title').textContent()).toContain(name)
    })
  })
})

describe('training', () => {
  test('halves the loss of a text, and can be paused, slowed and stopped', async () => {
    await checkRoom('train', async (page) => {
      await page.evaluate(() => setInterval(() => performance.mark('awake'), 20))
      await page.getByRole('button', { name: 'Train', exact: true }).click()
      await page.waitForFunction(
        () => Number(document.querySelector('[data-testid=figure-loss]')?.textContent) < 1.75,
      )
      // The page is awake while it trains: were it not, there would be nothing left to pause afterwards.
      await page.waitForFunction(() => performance.getEntriesByName('awake').length > 10)
      await page.getByRole('button', { name: 'Pause' }).click()
      await page.getByRole('button', { name: 'Go on' }).waitFor()
      await dropText(page, 'Another text.', 1)
      await expect.poll(() => page.getByTestId('text-info').textContent()).toContain('a river and its gates')
      await page.waitForTimeout(200)
      const held = await numberIn(page, 'figure-step')
      await page.waitForTimeout(300)
      expect(await numberIn(page, 'figure-step')).toBe(held)
      await drag(page, 'learning rate', -3)
      await page.getByRole('button', { name: 'Go on' }).click()
      await page.waitForFunction(
        (before) =>
          Number(document.querySelector('[data-testid=figure-step]')?.textContent?.replaceAll('\u202f', '')) >
          before,
        held,
      )
      await page.getByRole('button', { name: 'Stop' }).click()
      await page.getByRole('button', { name: 'Train', exact: true }).waitFor()
      await expect.poll(() => numberIn(page, 'figure-validation')).toBeLessThan(1.9)
      await expect.poll(() => page.getByTestId('samples').locator('li').count()).toBeGreaterThan(0)
    })
  })

  test('takes a text of the reader, in any script', async () => {
    await checkRoom('train', async (page) => {
      const content = 'שלום עולם 😀 مرحبا بالعالم 🌊\n'.repeat(40)
      await page.getByLabel('Text to learn from').fill(content)
      await page.getByLabel('Text to learn from').blur()
      await page.getByTestId('text-info').getByText('your text').waitFor()
      await train(page, 60)
      await page.goto(`${studio.site.url}#cell`)
      await page.getByTestId('step-on').click()
      await page.getByText('At ל, unit 0').waitFor()
    })
  })

  test('saves the model as a file, and loads it', async () => {
    await checkRoom('train', async (page) => {
      await train(page, 40)
      await page.getByRole('button', { name: 'Train', exact: true }).waitFor()
      const last = page.getByTestId('samples').getByText('update 40', { exact: true })
      await expect.poll(() => last.count()).toBe(1)
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save the model' }).click(),
      ])
      const bytes = await readFile(await download.path())
      expect(download.suggestedFilename()).toBe('lstm.safetensors')
      expect(decodeModel(new Uint8Array(bytes)).size).toBe(9859)
      await page.getByLabel('cell', { exact: true }).selectOption('gru')
      await page.getByTestId('model-bar').getByText('gru').waitFor()
      const file = { name: 'mine.safetensors', mimeType: 'application/octet-stream', buffer: bytes }
      await page.getByLabel('Load a run or a model …').setInputFiles(file)
      await page.getByTestId('model-bar').getByText('lstm').waitFor()
      await page
        .getByLabel('Load a run or a model …')
        .setInputFiles({ ...file, buffer: Buffer.from('nonsense '.repeat(9)) })
      await page.getByRole('alert').getByText('mine.safetensors').waitFor()
    })
  })

  test('says when it diverges, and goes on with another rate', async () => {
    await checkRoom('train', async (page) => {
      await page.getByLabel('cell', { exact: true }).selectOption('rnn_relu')
      await page.getByTestId('model-bar').getByText('rnn_relu').waitFor()
      await drag(page, 'learning rate', 0.5)
      await page.getByRole('button', { name: 'Train', exact: true }).click()
      await page.getByRole('alert').getByText('The model is as it was before this training.').waitFor()
      await drag(page, 'learning rate', -3)
      await train(page, 30)
    })
  })

  test('takes nothing from a file in another encoding, until it is told which', async () => {
    await checkRoom('train', async (page) => {
      await page.evaluate(() => {
        const transfer = new DataTransfer()
        transfer.items.add(new File([new Uint8Array([99, 97, 102, 233, 32, 98, 233, 98, 233])], 'old.txt'))
        const drop = new DragEvent('drop', { dataTransfer: transfer, bubbles: true })
        document.querySelector('.drop')!.dispatchEvent(drop)
      })
      const alert = page.getByRole('alert')
      await alert.getByText('old.txt is not UTF-8: byte 3 (0xe9) starts no character.').waitFor()
      await expect.poll(() => page.getByTestId('text-info').textContent()).toContain('a river and its gates')
      await page.getByLabel('Encoding of the file').selectOption('windows-1252')
      await page.getByTestId('text-info').getByText('old.txt: 9 characters, 6 symbols').waitFor()
      await expect.poll(() => page.getByLabel('Text to learn from').inputValue()).toBe('café bébé')
      await alert.waitFor({ state: 'detached' })
      // The next file is read as usual again.
      await dropText(page, 'né', 1)
      await page.getByTestId('text-info').getByText('2 characters, 2 symbols').waitFor()
      await expect.poll(() => page.getByLabel('Encoding of the file').count()).toBe(0)
    })
  })

  test('cuts a text of 50 MB, and says so', async () => {
    await checkRoom('train', async (page) => {
      await dropText(page, 'It was a dark and stormy night. ', 1_600_000)
      await page.getByRole('alert').getByText('the first 8 million characters are taken').waitFor()
      await expect
        .poll(() => page.getByTestId('text-info').textContent())
        .toContain('long.txt: 8\u202f000\u202f000 characters')
    })
  })
})

describe('units', () => {
  test('are found by what they tell, and change the text when they are held', async () => {
    await checkRoom('train', async (page) => {
      await train(page, 900)
      await page.goto(`${studio.site.url}#units`)
      await page.getByRole('button', { name: 'Search all units' }).click()
      const found = page.getByTestId('detections').getByRole('button', { name: 'a line end comes next' })
      await found.waitFor()
      await expect.poll(() => found.textContent()).toMatch(/[ch] \d+, AUC 0\.\d\d/)
      await found.click()
      await page.waitForFunction(
        () => (document.querySelector('[data-testid=went-on]')?.textContent?.length ?? 0) > 60,
      )
      const free = await page.getByTestId('went-on').textContent()
      const slider = page.getByRole('slider', { name: /^unit \d+ of/ })
      await slider.fill((await slider.getAttribute('max'))!)
      await page.waitForFunction(
        () => document.querySelector('[data-testid=went-held] mark')?.textContent !== '',
      )
      await expect.poll(() => page.getByTestId('went-held').textContent()).not.toBe(free)
      await expect.poll(() => page.getByTestId('loss-change').textContent()).toMatch(/→ \d+\.\d+ \(/)
      await page.getByRole('button', { name: 'Let it go' }).click()
      await page.getByTestId('went-held').waitFor({ state: 'detached' })
    })
  })
})

describe('units of several layers', () => {
  test('are marked in the layer that they are of, also where there are norms between', async () => {
    const content = sampleText()
    const layers = [1, 2, 3].map(() => layer(cells.gru(4), { norm: true }))
    const net = model({ input: text.from(content).vocabulary, layers, seed: 1 })
    const runtime = await openRuntime('wasm', { threads: 1 })
    const { detections } = await detect(net, content.slice(0, 8192), { runtime })
    const place = detections.findIndex(({ best: [first] }) => first?.layer === 'layers.1')
    const { name, unit } = detections[place]!.best[0]!
    await checkRoom('train', async (page) => {
      const file = { name: 'mine.safetensors', mimeType: '', buffer: Buffer.from(encodeModel(net)) }
      await page.getByLabel('Load a run or a model …').setInputFiles(file)
      await page.getByTestId('model-bar').getByText('gru').waitFor()
      await page.goto(`${studio.site.url}#units`)
      await page.getByRole('button', { name: 'Search all units' }).click()
      await page.getByTestId('detections').locator('li').nth(place).getByRole('button').click()
      await expect.poll(() => page.getByRole('combobox', { name: /^layer/ }).inputValue()).toBe('1')
      await expect.poll(() => page.getByTestId('spot').textContent()).toContain(`unit ${unit} of ${name}`)
    })
  })
})

describe('the memory', () => {
  test('multiplies factors for two cells side by side', async () => {
    await checkRoom('memory', async (page) => {
      await drag(page, 'steps back', 12)
      const ways = [0, 1].map((lane) => page.getByTestId(`way-${lane}`))
      await page.waitForFunction(
        () => document.querySelectorAll('[data-testid=way-1] figure:first-of-type .plot b').length === 12,
      )
      await expect.poll(() => ways[0]!.locator('h3').textContent()).toContain('rnn')
      await page.getByLabel('one cell').selectOption('gru')
      await ways[0]!.getByRole('heading', { name: 'gru' }).waitFor()
    })
  })

  test('holds a country across a gap that is dragged', async () => {
    await checkRoom('memory', async (page) => {
      await page.getByRole('button', { name: 'Teach both' }).click()
      const lstm = page.getByTestId('answer-1').locator('.chance.right .number')
      await lstm.waitFor()
      const shares: number[] = []
      for (const gap of [2, 15]) {
        await drag(page, 'gap', gap)
        await page.getByTestId('sentence').getByText('I grew up in France').waitFor()
        shares.push(Number.parseInt((await lstm.textContent())!, 10))
      }
      expect(Math.min(...shares)).toBeGreaterThan(60)
      await expect
        .poll(() => page.getByTestId('sentence').textContent())
        .toContain('the years went by like boats on a river and')
      // Cells that are changed meanwhile have not learnt it.
      await page.getByRole('button', { name: 'Teach them again' }).click()
      await page.getByLabel('one cell').selectOption('gru')
      await page.getByRole('button', { name: 'Teach both' }).waitFor()
      await expect.poll(() => page.getByTestId('answer-0').count()).toBe(0)
    })
  })
})

describe('the lab', () => {
  test('marks a mistake where it is, and is satisfied when it is mended', async () => {
    await checkRoom('lab', async (page) => {
      const editor = page.getByLabel('Equations')
      await editor.fill("z = sigmoid(Wz @ [h, x] + bz)\nh' = z * h + (1 - z) * tanh(Wn @ [h, x] + bn")
      const mistake = page.getByTestId('mistake')
      await mistake.getByText(/^Line 2, column \d+:/).waitFor()
      await page.locator('.editor mark').waitFor()
      await expect.poll(() => editor.getAttribute('aria-invalid')).toBe('true')
      await editor.fill("z = sigmoid(Wz @ [h, x] + bz)\nh' = z * h + (1 - z) * tanh(Wn @ [h, x] + bn)")
      await mistake.getByText('The cell is whole.').waitFor()
      await page.getByTestId('gradient').getByText('agrees with finite differences').waitFor()
      await expect.poll(() => numberIn(page, 'weights')).toBe(2 * (32 * (35 + 32) + 32))
    })
  })

  test('races a cell against the LSTM, shares it by a link, and takes it to the other rooms', async () => {
    let link = ''
    await checkRoom('lab', async (page) => {
      await page.getByLabel('name').fill('mine2')
      await page.getByLabel('name').blur()
      await page.getByLabel('Equations').fill("h' = 0.5 * h + 0.5 * tanh(W @ [h, x] + b)")
      await page.getByRole('button', { name: 'Race the LSTM' }).click()
      await page.getByTestId('race').getByText('500 of 500 updates').waitFor()
      await page.getByTestId('share').click()
      await page.waitForFunction(() => location.hash.includes('cell='))
      link = page.url()
      await page.getByRole('button', { name: 'Use it in the other rooms' }).click()
      await page.getByTestId('model-bar').getByText('mine2').waitFor()
      await page.getByTestId('story').waitFor()
    })
    await checkStudio(studio.browser, link, async (page) => {
      await expect
        .poll(() => page.getByLabel('Equations').inputValue())
        .toBe("h' = 0.5 * h + 0.5 * tanh(W @ [h, x] + b)")
      await expect.poll(() => page.getByLabel('name').inputValue()).toBe('mine2')
    })
    await checkStudio(studio.browser, `${studio.site.url}#lab?cell=broken!`, async (page) => {
      await page.getByRole('alert').getByText('The link holds no cell').waitFor()
    })
  })
})
