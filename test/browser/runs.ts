import {
  type Machine,
  type RuntimeOptions,
  cells,
  evaluate,
  model,
  openRuntime,
  sample,
  text,
  train,
} from '../../src/browser.ts'

/*
 * What runs in the test pages, and in Node for comparison.
 */

/** Where and how something ran. */
export interface Ran {
  readonly machine: Machine
  readonly losses: readonly number[]
  readonly weights: readonly number[]
}

const verse = 'The quick brown fox jumps over the lazy dog; five boxing wizards jump quickly. '

/** A few updates of a stack of layers with dropout, on the WebAssembly runtime: every bit of what they give. */
export async function trainStack(options: RuntimeOptions = {}): Promise<Ran> {
  const book = text.from(verse.repeat(20))
  const net = model({ input: book.vocabulary, layers: [cells.lstm(37), cells.gru(20)], dropout: 0.2 })
  const runtime = await openRuntime('wasm', options)
  const losses: number[] = []
  for await (const { loss } of train(net, book, { batch: 9, window: 12, steps: 5, runtime }))
    losses.push(loss)
  const weights = [...net.parameters.values()].flatMap(({ data }) => [...data])
  return { machine: runtime.machine, losses, weights }
}

/** What came of learning a text; losses in nats a character. */
export interface Learnt {
  readonly first: number
  /** Updates until the loss was half the first. */
  readonly half: number
  readonly measured: number
  readonly written: string
}

/** Trains a character model until it knows a verse, measures it and lets it write. */
export async function learnText(): Promise<Learnt> {
  const book = text.from(verse.repeat(40))
  const net = model({ input: book.vocabulary, layers: [cells.lstm(48)] })
  const losses: number[] = []
  for await (const { loss } of train(net, book, { batch: 8, window: 25, steps: 400, learningRate: 0.01 })) {
    losses.push(loss)
    if (loss < losses[0]! / 20) break
  }
  let written = ''
  for await (const piece of sample(net, { prime: 'The quick', temperature: 0, length: 20 })) written += piece
  const { loss: measured } = await evaluate(net, book, { batch: 8 })
  const half = losses.findIndex((loss) => loss < losses[0]! / 2)
  return { first: losses[0]!, half, measured, written }
}

/** How often a timer of the page rings while one window after the other is computed, and for how long. */
export async function ringWhileRunning(): Promise<{ rings: number; runs: number; longest: number }> {
  const book = text.from(verse.repeat(200))
  const net = model({ input: book.vocabulary, layers: [cells.lstm(256)] })
  let rings = 0
  let longest = 0
  const start = performance.now()
  let before = start
  const timer = setInterval(() => {
    rings++
    longest = Math.max(longest, performance.now() - before)
    before = performance.now()
  }, 10)
  let runs = 0
  for await (const { step } of train(net, book, { batch: 32, window: 100, steps: 6 })) runs = step
  clearInterval(timer)
  return { rings, runs, longest }
}

/** The runtime that `auto` takes, and what it says when it is not the first choice. */
export async function openAuto(options: {
  readonly missing: boolean
}): Promise<{ runtime: string; said: readonly string[]; refused: string }> {
  const said: string[] = []
  const source = options.missing ? { wasm: (file: string) => `/nowhere/${file}` } : {}
  const runtime = await openRuntime('auto', {
    ...source,
    onFallback: (from, reason) => said.push(`${from}: ${reason}`),
  })
  const refused = await openRuntime('wasm', source).then(
    () => '',
    (error: { readonly name: string; readonly key: string }) => `${error.name} ${error.key}`,
  )
  return { runtime: runtime.machine.runtime, said, refused }
}

/** A page that lacks the full module: what becomes of a model that needs it, and of one that does not. */
export async function trainWithoutFull(): Promise<{ refused: string; runtime: string; loss: number }> {
  const wasm = (file: string): string => `/${file.includes('full') ? 'nowhere' : 'build/wasm'}/${file}`
  const runtime = await openRuntime('auto', { wasm })
  const book = text.from(verse.repeat(20))
  const lastLoss = async (cell: 'layer_norm_lstm' | 'lstm'): Promise<number> => {
    const net = model({ input: book.vocabulary, layers: [cells[cell](8)] })
    let last = Number.NaN
    for await (const { loss } of train(net, book, { batch: 4, window: 5, steps: 1, runtime })) last = loss
    return last
  }
  const refused = await lastLoss('layer_norm_lstm').then(
    () => '',
    (error: { readonly name: string; readonly key: string }) => `${error.name} ${error.key}`,
  )
  return { refused, runtime: runtime.machine.runtime, loss: await lastLoss('lstm') }
}

/** The runtime from a module's bytes that the page has fetched itself. */
export async function openBytes(): Promise<Machine> {
  const wasm = async (file: string) => (await fetch(`/build/wasm/${file}`)).arrayBuffer()
  return (await openRuntime('wasm', { wasm })).machine
}
