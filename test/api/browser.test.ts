import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { bundleForBrowser } from '../../scripts/browser-bundle.ts'

const page = `
  import { cells, model, openRuntime, sample, text, train } from 'sluice'

  async function learn() {
    const book = text.from('abc'.repeat(20))
    const net = model({ input: book.vocabulary, layers: [cells.rnn(4)] })
    const options = { batch: 2, window: 6, steps: 30, learningRate: 0.1, runtime: 'reference' }
    for await (const step of train(net, book, options)) void step
    let written = ''
    for await (const piece of sample(net, { prime: 'ab', temperature: 0, length: 6, runtime: 'reference' })) written += piece
    return { written, native: await openRuntime('native').catch((error) => error.message), file: 'file' in text }
  }
  globalThis.result = learn()
`

test('the browser entry needs nothing of Node: it bundles, and learns where there is no Node', async () => {
  const stdin = { contents: page, loader: 'ts' as const, resolveDir: '.' }
  const { outputFiles } = await bundleForBrowser({ stdin, format: 'iife' })
  const script = outputFiles[0]!.text
  expect(script).not.toMatch(/["'`]node:/)
  const context: Record<string, unknown> = { performance, MessageChannel, TextEncoder, TextDecoder }
  runInNewContext(script, context)
  expect(await context['result']).toEqual({
    written: 'cabcab',
    native: 'The native runtime is for Node: a browser has no addons.',
    file: false,
  })
})
