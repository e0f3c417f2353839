import { expect, test } from 'vitest'
import type { Output } from '../../src/cli/output.ts'
import { styleFor } from '../../src/cli/view/style.ts'
import { viewFor } from '../../src/cli/view/training.ts'
import type { TrainingStep } from '../../src/train/index.ts'

/** An output of 60 columns that keeps what is written. */
function fakeOutput(quiet = false) {
  const written: string[] = []
  const sink = { write: (text: string) => written.push(text), columns: 60 }
  const output: Output = {
    json: false,
    quiet,
    results: sink,
    progress: sink,
    style: styleFor(false),
    print: () => undefined,
    record: () => undefined,
    say: (line) => written.push(`${line}\n`),
    note: () => undefined,
    warn: () => undefined,
    closed: new AbortController().signal,
  }
  return { output, written }
}

function stepAt(step: number, loss: number, more: Partial<TrainingStep> = {}): TrainingStep {
  return {
    step,
    total: 100,
    epoch: step / 50,
    loss,
    learningRate: 0.002,
    gradientNorm: 1,
    tokens: 2500,
    tokensPerSecond: 30_000,
    secondsLeft: 100 - step,
    ...more,
  }
}

const validation = { loss: 2, bits: 2 / Math.LN2, perplexity: 7.389, tokens: 100, best: false }

test('plain lines come every few seconds, at the end, and with each validation', () => {
  const { output, written } = fakeOutput()
  let now = 0
  const view = viewFor(output, false, { now: () => now })
  view.step(stepAt(1, 4))
  now = 4
  view.step(stepAt(2, 4))
  now = 6
  view.step(stepAt(3, 4, { validation }))
  view.step(stepAt(100, 4))
  expect(view.wantsSample(stepAt(100, 4))).toBe(false)
  expect(written).toEqual([
    'update 1/100  epoch 0.02  loss 4.0000  30000 characters/s  1:39 left\n',
    'update 3/100  epoch 0.06  loss 4.0000  30000 characters/s  1:37 left\n',
    'update 3/100  validation 2.0000 nats a character (2.885 bits, perplexity 7.39)\n',
    'update 100/100  epoch 2.00  loss 4.0000  30000 characters/s  0:00 left\n',
  ])
})

test('plain lines come every so many updates where that is asked for', () => {
  const { output, written } = fakeOutput()
  const view = viewFor(output, false, { every: 2, now: () => 0 })
  for (let step = 1; step <= 5; step++) view.step(stepAt(step, 3))
  expect(written.map((line) => line.split(' ')[1])).toEqual(['2/100', '4/100'])
})

test('validations that are not the best are told now and then, and the last one with the end', () => {
  const { output, written } = fakeOutput()
  let now = 0
  const view = viewFor(output, false, { every: 1000, now: () => now })
  view.step(stepAt(1, 4, { validation }))
  view.step(stepAt(2, 4, { validation }))
  view.step(stepAt(3, 4, { validation: { ...validation, best: true } }))
  now = 6
  view.step(stepAt(4, 4, { validation }))
  now = 20
  view.step(stepAt(5, 4, { validation }), true)
  view.step(stepAt(100, 4, { validation }))
  expect(written.map((line) => line.split(' ')[1])).toEqual(['1/100', '3/100', '4/100'])
})

test('news stays above the live lines', () => {
  const { output, written } = fakeOutput()
  const view = viewFor(output, true, { now: () => 0 })
  view.step(stepAt(1, 4))
  view.say('stopping')
  expect(written[1]!.startsWith('\u001b[8F\u001b[Jstopping\n')).toBe(true)
})

test('a terminal is drawn ten times a second, with samples above the live lines', () => {
  const { output, written } = fakeOutput()
  let now = 0
  const view = viewFor(output, true, { now: () => now })
  view.step(stepAt(1, 4))
  now = 0.05
  view.step(stepAt(2, 4))
  expect(written.length).toBe(1)
  expect(written[0]!.split('\n').slice(6)).toEqual([
    ' update 1 of 100 · 30.0 k characters/s · 1:39 left',
    ' loss 4.000',
    '',
  ])
  expect(view.wantsSample(stepAt(2, 4))).toBe(true)
  expect(view.sampleLength).toBe(118)
  view.sample(stepAt(2, 4), 'xq z')
  expect(written[1]!.slice(0, 50)).toContain('\u001b[8F\u001b[J\n  after 2 updates, loss 4.00\n  │ xq z\n')
  expect(view.wantsSample(stepAt(2, 4))).toBe(false)
  view.step(stepAt(100, 2, { validation: { ...validation, best: true } }))
  expect(written.at(-1)).toContain(' validation 2.000 (best)\n')
  expect(view.wantsSample(stepAt(100, 2))).toBe(false)
})

test('quiet shows nothing', () => {
  const { output, written } = fakeOutput(true)
  const view = viewFor(output, true)
  view.step(stepAt(1, 4))
  view.end()
  expect([view.wantsSample(stepAt(1, 4)), written]).toEqual([false, []])
})
