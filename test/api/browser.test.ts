import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  readonly exports: { readonly '.': { readonly browser: string } }
  readonly browser: Readonly<Record<string, false>>
}

/** The source of a file of the package. */
const source = (path: string): string => root + path.replace('./dist/', 'src/').replace(/\.js$/, '.ts')

/** A page's use of the package, bundled from the sources as a bundler bundles dist for a browser. */
async function bundled(page: string): Promise<string> {
  const absent = new Set(Object.keys(manifest.browser).map(source))
  const { outputFiles } = await build({
    stdin: { contents: page, loader: 'ts', resolveDir: root },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    logOverride: { 'empty-import-meta': 'silent' }, // nothing is fetched here
    target: 'es2023',
    plugins: [
      {
        name: 'package.json',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^sluice$/ }, () => ({ path: source(manifest.exports['.'].browser) }))
          onLoad({ filter: /\.ts$/ }, ({ path }) => (absent.has(path) ? { contents: '' } : undefined))
        },
      },
    ],
  })
  return outputFiles[0]!.text
}

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
  const script = await bundled(page)
  expect(script).not.toMatch(/["'`]node:/)
  const context: Record<string, unknown> = { performance, setTimeout, TextEncoder, TextDecoder }
  runInNewContext(script, context)
  expect(await context['result']).toEqual({
    written: 'cabcab',
    native: 'The native runtime is for Node: a browser has no addons.',
    file: false,
  })
})
