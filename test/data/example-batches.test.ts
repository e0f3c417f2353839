import { describe, expect, it } from 'vitest'
import {
  Digest,
  type ExampleReader,
  exampleBatches,
  streamBatches,
  streamExamples,
} from '../../src/data/index.ts'

/** Examples are their lengths and a fraction that tells them apart; a batch is the examples that are in it. */
const reader: ExampleReader<number> = {
  stepsOf: (example) => Math.floor(example),
  batch: (examples, rows, longest) => ({
    steps: longest,
    inputs: { examples, rows: [rows] },
    predictions: 1,
  }),
}

const examples = Array.from({ length: 23 }, (_unused, i) => 1 + ((i * 7) % 11) + i / 100)

type Source = ReturnType<typeof exampleBatches>

/** The examples of an epoch, batch by batch. */
async function epochOf(source: Source, epoch: number): Promise<readonly (readonly number[])[]> {
  const batches: (readonly number[])[] = []
  for (let index = 0; index < source.count; index++)
    batches.push(Array.from((await source.at(index, epoch)).inputs.examples!))
  return batches
}

const sorted = (batches: readonly (readonly number[])[]): readonly number[] =>
  batches.flat().toSorted((a, b) => a - b)

const longestFirst = (all: readonly number[]): readonly number[] =>
  all.toSorted((a, b) => Math.floor(b) - Math.floor(a))

describe('batches of examples', () => {
  const source = exampleBatches(reader, examples, { batch: 5, seed: 4 })

  it('have each example once in every epoch, in another order', async () => {
    const [first, second] = [await epochOf(source, 0), await epochOf(source, 1)]
    expect(first.map(({ length }) => length).toSorted((a, b) => a - b)).toEqual([3, 5, 5, 5, 5])
    expect(sorted(first)).toEqual(sorted([examples]))
    expect(sorted(second)).toEqual(sorted([examples]))
    expect(first).not.toEqual(second)
    expect([source.rows, source.steps]).toEqual([5, 11])
  })

  it('hold examples of about the same length, longest first', async () => {
    const epoch = await epochOf(source, 3)
    for (const batch of epoch) expect(batch).toEqual(longestFirst(batch))
    const spans = epoch.map((batch) => batch[0]! - batch.at(-1)!)
    expect(Math.max(...spans)).toBeLessThan(3.3)
  })

  it('follow from seed, epoch and number alone', async () => {
    const again = exampleBatches(reader, examples, { batch: 5, seed: 4 })
    const [fourth] = [(await again.at(2, 4)).inputs.examples]
    expect(fourth).toEqual((await epochOf(source, 4))[2])
    const other = exampleBatches(reader, examples, { batch: 5, seed: 5 })
    expect(await epochOf(other, 0)).not.toEqual(await epochOf(source, 0))
  })

  it('stand in the same order in every epoch without a seed', async () => {
    const still = exampleBatches(reader, examples, { batch: 5 })
    expect(await epochOf(still, 0)).toEqual(await epochOf(still, 1))
    expect((await epochOf(still, 0)).flat()).toEqual(longestFirst(examples))
  })

  it('need an example', () => {
    expect(() => exampleBatches(reader, [], { batch: 5 })).toThrow('There are no examples.')
  })
})

describe('batches of streamed examples', () => {
  const opened: number[] = []
  const open = async function* () {
    opened.push(0)
    for (const example of examples) {
      opened[opened.length - 1]!++
      yield await Promise.resolve(example)
    }
  }

  it('have each example once in every epoch, shuffled within its chunk', async () => {
    const stream = await streamExamples(reader, open, { chunk: 9 })
    const source = streamBatches(reader, stream, { batch: 4, seed: 1 })
    expect([source.rows, source.count]).toEqual([4, 3 + 3 + 2])
    const [first, second] = [await epochOf(source, 0), await epochOf(source, 1)]
    expect(first).not.toEqual(second)
    for (const epoch of [first, second]) {
      const chunks = [epoch.slice(0, 3), epoch.slice(3, 6), epoch.slice(6)]
      chunks.forEach((chunk, i) => expect(sorted(chunk)).toEqual(sorted([examples.slice(9 * i, 9 * i + 9)])))
    }
  })

  it('are read once an epoch, no further than they are needed', async () => {
    const stream = await streamExamples(reader, open, { chunk: 9 })
    const source = streamBatches(reader, stream, { batch: 4, seed: 1 })
    opened.length = 0
    await source.at(0, 0)
    await source.at(2, 0)
    expect(opened).toEqual([9])
    await source.at(3, 0)
    expect(opened).toEqual([18])
    await source.at(0, 1)
    expect(opened).toEqual([18, 9])
  })

  it('let go of what they read when they are closed, and can be read again', async () => {
    let held = 0
    const stream = await streamExamples(reader, function* () {
      held++
      try {
        yield* examples
      } finally {
        held--
      }
    })
    const source = streamBatches(reader, { ...stream, chunk: 9 }, { batch: 4, seed: 1 })
    const first = await source.at(0, 0)
    expect(held).toBe(1)
    await source.close!()
    await source.close!()
    expect(held).toBe(0)
    expect(await source.at(0, 0)).toEqual(first)
  })

  it('are the same wherever reading begins', async () => {
    const stream = await streamExamples(reader, open, { chunk: 9 })
    const make = () => streamBatches(reader, stream, { batch: 4, seed: 1 })
    const epoch = await epochOf(make(), 5)
    expect(Array.from((await make().at(6, 5)).inputs.examples!)).toEqual(epoch[6])
  })

  it('are as those in memory where a chunk holds all', async () => {
    const stream = await streamExamples(reader, () => examples)
    const source = streamBatches(reader, stream, { batch: 4 })
    expect(await epochOf(source, 2)).toEqual(await epochOf(exampleBatches(reader, examples, { batch: 4 }), 2))
  })

  it('must not change', async () => {
    let given = examples
    const stream = await streamExamples(reader, () => given, { chunk: 9, name: 'readings.csv' })
    given = examples.slice(0, 12)
    const source = streamBatches(reader, stream, { batch: 4, seed: 1 })
    await source.at(0, 0)
    await expect(source.at(4, 0)).rejects.toThrow('readings.csv gave fewer than the 23 examples')
    await expect(streamExamples(reader, () => [])).rejects.toMatchObject({ code: 'examples-few' })
  })
})

describe('a digest', () => {
  const digestOf = async (...values: readonly unknown[]): Promise<string> => {
    const digest = new Digest()
    for (const value of values) await digest.add(value)
    return digest.finish()
  }

  it('depends on every number and on where it stands, not on the order of keys', async () => {
    const one = await digestOf({ input: [1, 2], target: 3 })
    expect(one).toMatch(/^[0-9a-f]{64}$/)
    expect(await digestOf({ target: 3, input: Int32Array.of(1, 2) })).toBe(one)
    for (const other of [
      { input: [1], target: [2, 3] },
      { input: [1, 2], target: 4 },
      { input: ['1', 2], target: 3 },
    ])
      expect(await digestOf(other)).not.toBe(one)
    expect(await digestOf(1, 2)).not.toBe(await digestOf(2, 1))
  })

  it('takes more than a block', async () => {
    const long = Array.from({ length: 200_000 }, (_unused, i) => i)
    const whole = await digestOf(long, long)
    expect(await digestOf(long, long)).toBe(whole)
    expect(await digestOf(long, long.with(7, -1))).not.toBe(whole)
  })
})
