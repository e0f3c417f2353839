import { readTask, serve } from '../serve.ts'
import { packageVersion, requirePackage } from './packages.ts'
import type { RivalTask } from './rival.ts'

/* brain.js: one sequence at a time, RMSprop, each gradient clipped by value. */

/** What is used of the package. */
interface Brain {
  readonly recurrent: Record<
    'LSTM' | 'GRU',
    new (options: { readonly hiddenLayers: readonly number[] }) => Net
  >
}

interface Net {
  train(data: readonly string[], options: Readonly<Record<string, unknown>>): unknown
  /** Trains on one sequence of character indices; gives perplexity / 100. */
  trainPattern(tokens: readonly number[], withError: true): number
}

const { recurrent } = requirePackage('brain.js') as Brain
const { cell, configuration, symbols } = await readTask<RivalTask>()
const { layers, hidden, steps } = configuration

const alphabet = Array.from({ length: symbols }, (_unused, index) => String.fromCodePoint(0x21 + index))
const net = new recurrent[cell === 'lstm' ? 'LSTM' : 'GRU']({
  hiddenLayers: Array.from({ length: layers }, () => hidden),
})
/** Its RMSprop starts with steps of some thirty times this: large layers diverge with more. */
const learningRate = 1e-5
net.train([alphabet.join('')], { iterations: 1, learningRate, log: false }) // its data tell it the alphabet

const tokens = Array.from({ length: steps }, () => Math.floor(Math.random() * symbols))

/** One update; gives nats a symbol. It predicts one symbol more than it is given: the end. */
function update(): number {
  const perplexity = 100 * net.trainPattern(tokens, true)
  return (Math.log(perplexity) * (steps - 1)) / (steps + 1)
}

const check = Array.from({ length: 3 }, update)
const detail = `brain.js ${packageVersion('brain.js')}, batch 1, RMSprop`
await serve({ check, detail, tokens: steps }, async () => update())
