import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  RunDirectory,
  SluiceError,
  cell,
  cells,
  decodeModel,
  encodeModel,
  evaluate,
  model,
  openRuntime,
  readModel,
  sample,
  text,
  train,
} from '../../src/index.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-library-'))
  await writeFile(join(folder, 'anna.txt'), 'Happy families are all alike. '.repeat(40))
})
afterAll(() => rm(folder, { recursive: true }))

/** The pieces of a text as one. */
async function joined(pieces: AsyncIterable<string>): Promise<string> {
  let whole = ''
  for await (const piece of pieces) whole += piece
  return whole
}

test('the example of the design trains and writes, on whatever runtime there is', async () => {
  const book = await text.file(join(folder, 'anna.txt'))
  const net = model({ input: book.vocabulary, layers: [cells.lstm(16), cells.lstm(16)], dropout: 0.1 })
  const losses: number[] = []
  for await (const { step, loss } of train(net, book, {
    batch: 5,
    window: 20,
    epochs: 60,
    learningRate: 0.02,
  })) {
    losses[step - 1] = loss
  }
  expect(losses.length).toBe(660)
  expect(losses[0]).toBeCloseTo(Math.log(book.vocabulary.size), 0)
  expect(losses.at(-1)).toBeLessThan(0.5)
  const written = await joined(sample(net, { prime: 'Happy families', temperature: 0.1, length: 100 }))
  expect(written.slice(0, 46)).toBe(' are all alike. Happy families are all alike. ')
  expect((await evaluate(net, book, { batch: 4 })).loss).toBeLessThan(0.5)
})

test('a cell of one\u2019s own takes the same path', async () => {
  const mine = cell('mine', "f = sigmoid(W @ [h, x] + bf)\nh' = f * h + (1 - f) * tanh(U @ x)", {
    init: { bf: 1 },
  })
  const book = text.from('abcabcabd'.repeat(30))
  const net = model({ input: book.vocabulary, layers: [mine(6)] })
  expect([...net.parameters.get('layers.0.bf')!.data]).toEqual(Array(6).fill(1))
  const training = train(net, book, {
    batch: 3,
    window: 9,
    steps: 40,
    learningRate: 0.05,
    validation: 'none',
  })
  let [first, last] = [NaN, NaN]
  for await (const { step, loss } of training) [first, last] = [step === 1 ? loss : first, loss]
  expect(first).toBeGreaterThan(1.2)
  expect(last).toBeLessThan(0.7)
})

test('models go into bytes and run directories, and come back the same', async () => {
  const book = text.from('to be or not to be. '.repeat(20))
  const net = model({ input: book.vocabulary, layers: [cells.gru(5)], embedding: 3 })
  const path = join(folder, 'run')
  const run = await RunDirectory.create(path)
  const training = train(net, book, { batch: 2, window: 10, steps: 3, run, runtime: 'reference' })
  for await (const { total } of training) expect(total).toBe(3)
  await run.close()
  const fromRun = await readModel(path, 'last')
  const fromBytes = decodeModel(encodeModel(net))
  for (const again of [fromRun, fromBytes]) {
    expect(again.config).toEqual(net.config)
    expect(again.vocabulary.symbols).toEqual(net.vocabulary.symbols)
    expect(again.parameters).toEqual(net.parameters)
  }
  const options = { runtime: 'reference', length: 20, seed: 3 } as const
  expect(await joined(sample(fromRun, options))).toBe(await joined(sample(net, options)))
})

test('a runtime is taken by name, as it is, or as it comes', async () => {
  const book = text.from('abab'.repeat(20))
  const net = model({ input: book.vocabulary, layers: [cells.rnn(2)] })
  const byName = await evaluate(net, book, { runtime: 'reference' })
  expect(await evaluate(net, book, { runtime: openRuntime('reference') })).toEqual(byName)
  expect(await evaluate(net, book, { runtime: await openRuntime('reference') })).toEqual(byName)
  expect(byName.loss).toBeCloseTo((await evaluate(net, book)).loss, 5)
})

test('mistakes are errors for people', () => {
  expect(() =>
    train(model({ input: text.from('ab').vocabulary, layers: [cells.rnn(2)] }), text.from('ac')),
  ).toThrow(SluiceError)
  expect(() => cell('mine', "h' = tan(x)")).toThrow('line 1, column 6')
})
