import { availableParallelism, cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildPeaks } from '../../bench/peak/build.ts'
import { configurations } from '../../bench/models.ts'
import { textTable, thousands } from '../../bench/table.ts'
import { buildKernels } from '../../scripts/build-kernels.ts'
import type { Figures } from './benchmark.ts'
import { call } from './call.ts'
import { startChromium } from './chromium.ts'
import { openSite } from './site.ts'

/*
 * npm run bench:browser -- [--config small,medium] [--threads 1,2] [--seconds 5] [--json]
 * The bench of training an LSTM with WebAssembly, in a page of headless Chromium.
 */

const { values } = parseArgs({
  options: {
    config: { type: 'string', default: 'small,medium' },
    threads: { type: 'string', default: '1,2' },
    seconds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
})

const columns = ['', 'threads', 'tokens/s', 'GFLOP/s', 'of peak', 'peak GFLOP/s', 'spread'].map(
  (title, index) => ({ title, align: index === 0 ? 'left' : 'right' }) as const,
)

function cellsOf({ config, threads, tokensPerSecond, gflops, share, peakGflops, spread }: Figures) {
  const numbers = [
    gflops.toFixed(1),
    `${(share * 100).toFixed(1)} %`,
    peakGflops.toFixed(1),
    spread.toFixed(2),
  ]
  return [config, String(threads), thousands(tokensPerSecond), ...numbers]
}

const names = values.config === 'all' ? configurations.map(({ name }) => name) : values.config.split(',')
const unknown = names.find((name) => configurations.every((each) => each.name !== name))
if (unknown !== undefined) throw new Error(`There is no configuration '${unknown}'.`)

await buildKernels({ only: 'wasm' })
await buildPeaks(fileURLToPath(new URL('../../', import.meta.url)))
const site = await openSite('test/browser/page.ts')
const browser = await startChromium()
try {
  const results: Figures[] = []
  for (const config of names) {
    for (const threads of values.threads.split(',').map(Number)) {
      const page = await browser.newPage()
      await page.goto(site.isolated)
      results.push(await call(page, 'benchmark', { config, threads, seconds: Number(values.seconds) }))
      await page.close()
    }
  }
  const machine = { processor: cpus()[0]?.model, cores: availableParallelism(), load: loadavg()[0] }
  if (values.json) console.log(JSON.stringify({ browser: browser.version(), machine, results }, null, 2))
  else {
    console.log(`Training an LSTM in Chromium ${browser.version()}`)
    for (const line of textTable(columns, results.map(cellsOf))) console.log(line)
  }
} finally {
  await browser.close()
  site.close()
}
