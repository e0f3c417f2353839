import { flopsOf } from '../../bench/flops.ts'
import { configurations, modelOf } from '../../bench/models.ts'
import { repeat } from '../../bench/repeat.ts'
import { median, pairedRatio } from '../../bench/statistics.ts'
import { Trainer } from '../../bench/sluice/trainer.ts'
import { openRuntime } from '../../src/runtime/index.ts'

/** What is measured in a page. */
export interface Task {
  /** Name of a configuration of bench/models.ts. */
  readonly config: string
  readonly threads: number
  /** Seconds of training, over all rounds. */
  readonly seconds: number
}

/** What was measured; rates are medians of the rounds. */
export interface Figures {
  readonly config: string
  readonly threads: number
  readonly tokensPerSecond: number
  readonly gflops: number
  /** Share of the multiply-add peak of as many threads, measured in turn with the training. */
  readonly share: number
  readonly peakGflops: number
  /** The peak's fastest round over its slowest: 1 on an idle machine. */
  readonly spread: number
}

const rounds = 5
const peakRounds = 1 << 20

/** Trains one model in the page, and measures the peak between its rounds. */
export async function benchmark({ config, threads, seconds }: Task): Promise<Figures> {
  const configuration = configurations.find(({ name }) => name === config)!
  const { batch, steps } = configuration
  const model = modelOf('lstm', configuration)
  const { graph } = model.program({ rows: batch, steps, training: true })
  const flops = flopsOf('training', graph) * batch * steps
  const runtime = await openRuntime('wasm', { threads })
  const trainer = await Trainer.open(model, runtime, { rows: batch, steps, carries: true })
  const peak = await Peak.open(threads)
  const rates: number[] = []
  const peaks: number[] = []
  await rateOf(() => trainer.step(), 0.3)
  await rateOf(() => peak.burst(), 0.2)
  for (let round = 0; round < rounds; round++) {
    rates.push(await rateOf(() => trainer.step(), seconds / rounds))
    peaks.push((await rateOf(() => peak.burst(), 0.1)) * peak.flops)
  }
  trainer.dispose()
  peak.close()
  const flopRates = rates.map((rate) => rate * flops)
  return {
    config,
    threads,
    tokensPerSecond: median(rates) * batch * steps,
    gflops: median(flopRates) / 1e9,
    share: pairedRatio(flopRates, peaks),
    peakGflops: median(peaks) / 1e9,
    spread: Math.max(...peaks) / Math.min(...peaks),
  }
}

/** Does something for some seconds, at least once. @returns times a second, by the median */
async function rateOf(work: () => Promise<unknown>, seconds: number): Promise<number> {
  return 1 / median(await repeat(work, seconds, 1))
}

const program = `onmessage = ({ data: module }) => {
  const memory = new WebAssembly.Memory({ initial: 32 })
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  onmessage = ({ data: rounds }) => postMessage(exports.multiplyAdd(rounds))
  postMessage(exports.roundFlops())
}`

/** Workers that do nothing but multiply and add: the loop of bench/peak. */
class Peak {
  /** Floating-point operations of a burst. */
  readonly flops: number
  readonly #workers: readonly Worker[]

  private constructor(workers: readonly Worker[], roundFlops: number) {
    this.#workers = workers
    this.flops = roundFlops * peakRounds * workers.length
  }

  static async open(threads: number): Promise<Peak> {
    const module = await WebAssembly.compile(await (await fetch('/build/bench/wasm/peak.wasm')).arrayBuffer())
    const address = URL.createObjectURL(new Blob([program], { type: 'text/javascript' }))
    const workers = Array.from({ length: threads }, () => new Worker(address))
    const [flops = 0] = await Promise.all(workers.map((worker) => asked(worker, module)))
    return new Peak(workers, flops)
  }

  async burst(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => asked(worker, peakRounds)))
  }

  close(): void {
    for (const worker of this.#workers) worker.terminate()
  }
}

function asked(worker: Worker, message: unknown): Promise<number> {
  return new Promise((resolve) => {
    worker.addEventListener('message', ({ data }: MessageEvent<number>) => resolve(data), { once: true })
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
    worker.postMessage(message)
  })
}
