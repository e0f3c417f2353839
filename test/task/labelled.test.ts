import { describe, expect, test } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { tableFrom, tokenizerFromJSON } from '../../src/data/all.ts'
import { write } from '../../src/generate/index.ts'
import { sequenceModel } from '../../src/model/index.ts'
import { reference } from '../../src/runtime/reference/reference.ts'
import { train } from '../../src/train/index.ts'
import {
  type Answered,
  type TextAnswer,
  answers,
  loadExamples,
  measureClasses,
  understandLabelled,
} from '../../src/task/index.ts'

const heldOut = { by: 'random', fraction: 0.25, seed: 1 } as const
const none = { by: 'none', fraction: 0, seed: 1 } as const
const options = { target: 'label', input: ['text'], heldOut } as const
const rows = Array.from({ length: 16 }, (_, i) => ({
  text: i % 2 === 0 ? 'aab' : 'bba',
  label: i % 2 === 0 ? 'x' : 'y',
}))

describe('classes of texts', () => {
  test('are understood: parts, counts, and what needs no training', async () => {
    const { facts, codec, model } = await understandLabelled(tableFrom(rows), {
      task: 'classify',
      ...options,
    })
    expect(facts).toMatchObject({
      rows: 16,
      training: 12,
      validation: 4,
      classes: [
        { name: 'x', count: 8 },
        { name: 'y', count: 8 },
      ],
      baseline: { what: 'always x', measure: 'accuracy', value: 0.5 },
    })
    expect(codec.target).toEqual({ kind: 'class', column: 'label', classes: ['x', 'y'] })
    expect(model).toMatchObject({ shape: 'many-to-one', input: { tokens: 3 }, output: { classes: 2 } })
  })

  test('are learned, measured and answered', async () => {
    const runtime = reference
    const table = tableFrom(rows)
    const understood = await understandLabelled(table, { task: 'classify', ...options })
    const net = sequenceModel({ ...understood.model, layers: [cells.gru(6)] }, { ...understood.codec })
    const data = await loadExamples(understood, net)
    for await (const _ of train(net, data, { runtime, batch: 4, steps: 40, learningRate: 0.05 }));
    const figures = await measureClasses(net, understood.codec, understood.open('validation'), { runtime })
    expect(figures).toMatchObject({
      count: 4,
      accuracy: 1,
      macroF1: 1,
      confusion: [
        [2, 0],
        [0, 2],
      ],
    })
    const found: Answered[] = []
    for await (const each of answers(net, understood.codec, tableFrom([{ text: 'aaa?' }]), { runtime }))
      found.push(each)
    expect(found[0]!.answer).toMatchObject({ labels: ['x'] })
  })

  test('are texts although the first looks like a number', async () => {
    const given = rows.map((row, i) => (i % 3 === 0 ? { ...row, text: '12' } : row))
    const { codec } = await understandLabelled(tableFrom(given), { task: 'classify', ...options })
    expect(codec.input.kind).toBe('text')
    const words = rows.map((_, i) => ({ text: i === 0 ? ['1984', 'it'] : ['it', 'is'], label: ['X', 'Y'] }))
    const tags = await understandLabelled(tableFrom(words), { task: 'tag', ...options, heldOut: none })
    expect(tags.codec.input.kind).toBe('words')
  })

  test('are numbers although one cell is none', async () => {
    const given = rows.map(({ label }, i) => ({ label, text: i === 0 ? 'many' : String(i) }))
    await expect(
      understandLabelled(tableFrom(given), { task: 'classify', ...options, heldOut: none }),
    ).rejects.toThrow('row 1, column text: "many" is no number')
  })

  test('stream the same examples where they are too many for memory', async () => {
    const understood = await understandLabelled(tableFrom(rows), { task: 'classify', ...options })
    const net = sequenceModel({ ...understood.model, layers: [cells.gru(2)] })
    const [kept, streamed] = [await loadExamples(understood, net), await loadExamples(understood, net, 400)]
    expect(streamed.training).toMatchObject({ count: 12, steps: 3 })
    const open = (streamed.training as { readonly open: () => AsyncIterable<unknown> }).open
    const again: unknown[] = []
    for await (const example of open()) again.push(example)
    expect(again).toEqual(kept.training)
  })

  test.each<readonly [string, readonly Record<string, string>[], string]>([
    ['one class', rows.map(({ text }) => ({ text, label: 'x' })), 'all rows have the class "x"'],
    [
      'a class for each row',
      Array.from({ length: 30 }, (_, i) => ({ text: 'a', label: `${i}` })),
      'there are 30 classes in 30 rows',
    ],
  ])('are refused with %s', async (_what, given, message) => {
    await expect(understandLabelled(tableFrom(given), { task: 'classify', ...options })).rejects.toThrow(
      message,
    )
  })

  test('are refused where only the held out part has one', async () => {
    const given = [...rows, { text: 'c', label: 'z' }]
    const tail = { by: 'tail', fraction: 0.1, seed: 1 } as const
    const promise = understandLabelled(tableFrom(given), { task: 'classify', ...options, heldOut: tail })
    await expect(promise).rejects.toThrow('The class "z" (row 17) is only in the validation part')
  })
})

test('texts that are written some at a time are those that are written at once', async () => {
  const given = tableFrom(rows.map(({ text, label }) => ({ text: label, label: text })))
  const captions = { task: 'caption', target: 'label', input: ['text'], heldOut } as const
  const { codec, model } = await understandLabelled(given, captions)
  const net = sequenceModel({ ...model, layers: [cells.gru(2)] })
  const choice = { runtime: reference, temperature: 1, length: 5 }
  const found: unknown[] = []
  const asked = tableFrom(Array.from({ length: 503 }, () => ({ text: 'x' })))
  for await (const { answer } of answers(net, codec, asked, choice)) found.push((answer as TextAnswer).text)
  const tokenizer = tokenizerFromJSON((codec.target as { readonly tokens: unknown }).tokens)
  const written = await write(net, Array<number>(503).fill(0), choice)
  expect(found).toEqual(written.map(({ tokens }) => tokenizer.decode(tokens)))
})

test('texts that are written have every character of those that are trained on', async () => {
  const given = tableFrom(
    Array.from({ length: 9 }, (_, i) => ({ kind: 'xyz'[i % 3]!, text: `b${'éa😀'.repeat(i)}` })),
  )
  const captions = { task: 'caption', target: 'text', input: ['kind'], heldOut: none } as const
  const { codec } = await understandLabelled(given, captions)
  expect(codec.target).toMatchObject({ tokens: ['a', 'b', 'é', '😀'] })
  const { codec: words } = await understandLabelled(given, { ...captions, tokens: 'bytes' })
  expect(tokenizerFromJSON((words.target as { readonly tokens: unknown }).tokens).kind).toBe('bytes')
})

test('the rows of a sequence have one class, or as many as steps', async () => {
  const given = Array.from({ length: 8 }, (_, i) => ({
    who: `${i >> 1}`,
    x: i,
    label: i % 2 === 0 ? 'a' : 'b',
  }))
  const common = { target: 'label', input: ['x'], id: 'who', heldOut }
  await expect(understandLabelled(tableFrom(given), { task: 'classify', ...common })).rejects.toThrow(
    'row 2, column label: the class "b" is not that of the first row of its sequence, "a"',
  )
  const { open, facts } = await understandLabelled(tableFrom(given), { task: 'tag', ...common })
  expect(facts).toMatchObject({ rows: 4, training: 3, validation: 1 })
  for await (const { target } of open('training'))
    expect(Array.from(target as ArrayLike<number>)).toEqual([0, 1])
})
