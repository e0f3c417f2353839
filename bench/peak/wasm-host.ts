import { readFile } from 'node:fs/promises'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { repeat } from '../repeat.ts'
import { serve } from '../serve.ts'

/*
 * Measures the multiply-add peak of WebAssembly. Arguments: the module's file and the number of threads, each a worker
 * as in the runtime.
 */

const rounds = 1 << 20
const warmSeconds = 0.5

const program = `const { parentPort, workerData } = require('node:worker_threads')
const memory = new WebAssembly.Memory({ initial: 32 })
const { exports } = new WebAssembly.Instance(workerData, { env: { memory } })
parentPort.on('message', (rounds) => parentPort.postMessage(exports.multiplyAdd(rounds)))`

const [file = '', threads = '1'] = process.argv.slice(2)
const module = await WebAssembly.compile(await readFile(file))
const memory = new WebAssembly.Memory({ initial: 32 })
const { exports } = await WebAssembly.instantiate(module, { env: { memory } })
const flops = (exports['roundFlops'] as () => number)() * rounds * Number(threads)
const workers = Array.from(
  { length: Number(threads) },
  () => new Worker(program, { eval: true, workerData: module }),
)

async function burst(): Promise<void> {
  await Promise.all(
    workers.map((worker) => {
      const done = once(worker, 'message')
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker of Node has no origin
      worker.postMessage(rounds)
      return done
    }),
  )
}

await repeat(burst, warmSeconds, 1)
await serve({ flops }, burst)
for (const worker of workers) await worker.terminate()
