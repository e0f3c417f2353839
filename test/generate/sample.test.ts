import { describe, expect, test } from 'vitest'
import { chooseToken, resolveChoice, sample, type SampleOptions } from '../../src/generate/index.ts'
import { textFrom } from '../../src/data/index.ts'
import { train } from '../../src/train/index.ts'
import { collect, fakeModel, fakeRuntime, letters, pattern } from '../train/fake.ts'

/** Logits of the probabilities 0.1, 0.5, 0.15, 0.25. */
const logits = [0.1, 0.5, 0.15, 0.25].map(Math.log)

/** Share of each token, by trying draws that are evenly spread. */
function shares(choice: object, of: ArrayLike<number> = logits): number[] {
  const draws = 1000
  const counts = Array.from(of, () => 0)
  for (let i = 0; i < draws; i++) counts[chooseToken(of, resolveChoice(choice), (i + 0.5) / draws)]!++
  return counts.map((count) => count / draws)
}

describe('choosing a token', () => {
  test('follows the probabilities at temperature 1', () => {
    expect(shares({})).toEqual([0.1, 0.5, 0.15, 0.25])
  })

  test('takes the most likely at temperature 0, the first of equals', () => {
    expect(shares({ temperature: 0 })).toEqual([0, 1, 0, 0])
    expect(shares({ temperature: 0 }, [1, 3, 3])).toEqual([0, 1, 0])
  })

  test('sharpens below temperature 1 and flattens above', () => {
    const squares = [0.01, 0.25, 0.0225, 0.0625]
    shares({ temperature: 0.5 }).forEach((share, i) => expect(share).toBeCloseTo(squares[i]! / 0.345, 2))
    expect(shares({ temperature: 1e9 })).toEqual([0.25, 0.25, 0.25, 0.25])
    expect(shares({ temperature: 1e-300 })).toEqual([0, 1, 0, 0])
  })

  test('leaves the k most likely', () => {
    expect(shares({ topK: 1 })).toEqual([0, 1, 0, 0])
    shares({ topK: 2 }).forEach((share, i) => expect(share).toBeCloseTo([0, 2 / 3, 0, 1 / 3][i]!, 2))
    expect(shares({ topK: 9 })).toEqual([0.1, 0.5, 0.15, 0.25])
  })

  test('leaves the fewest that reach the probability', () => {
    expect(shares({ topP: 0.49 })).toEqual([0, 1, 0, 0])
    shares({ topP: 0.6 }).forEach((share, i) => expect(share).toBeCloseTo([0, 2 / 3, 0, 1 / 3][i]!, 2))
    shares({ topP: 0.8 }).forEach((share, i) => expect(share).toBeCloseTo([0, 5 / 9, 1 / 6, 5 / 18][i]!, 2))
    // After top-k 2 the shares are 2/3 and 1/3.
    expect(shares({ topP: 0.6, topK: 2 })).toEqual([0, 1, 0, 0])
  })

  test('never takes what is impossible, and refuses logits that are no numbers', () => {
    expect(shares({ temperature: 2 }, [-Infinity, 0, -Infinity])).toEqual([0, 1, 0])
    expect(chooseToken([1000, -1000], resolveChoice(), 1 - 2 ** -53)).toBe(0)
    expect(() => chooseToken([1, NaN], resolveChoice(), 0)).toThrow('no finite logits')
    expect(() => chooseToken([1, Infinity], resolveChoice(), 0)).toThrow('no finite logits')
  })

  test('refuses options out of range', () => {
    expect(() => resolveChoice({ temperature: -1 })).toThrow(
      'temperature must be a number at least 0, not -1',
    )
    expect(() => resolveChoice({ topK: 1.5 })).toThrow('topK must be a whole number of at least 0')
    expect(() => resolveChoice({ topP: 0 })).toThrow('topP must be a number above 0 and at most 1')
  })
})

describe('sampling', () => {
  const vocabulary = letters(5)
  const runtime = fakeRuntime()
  const model = fakeModel(vocabulary)

  async function text(options: Partial<SampleOptions>): Promise<string> {
    return (await collect(sample(model, { runtime, ...options }))).join('')
  }

  test('gives as many characters as asked for, the same for the same seed', async () => {
    const first = await text({ length: 80 })
    expect(first).toMatch(/^[a-e]{80}$/)
    expect(await text({ length: 80 })).toBe(first)
    expect(await text({ length: 80, seed: 2 })).not.toBe(first)
    expect(await text({ length: 0 })).toBe('')
    expect(await text({})).toHaveLength(500)
    expect(runtime.alive).toBe(0)
  })

  test('follows the model: one that has learned a text says it again', async () => {
    const learned = fakeModel(vocabulary)
    const book = textFrom('abcde'.repeat(40), { vocabulary })
    const settings = {
      batch: 2,
      window: 10,
      steps: 60,
      optimizer: 'adam',
      learningRate: 0.3,
      runtime,
    } as const
    await collect(train(learned, book, settings))
    const whole = await collect(sample(learned, { runtime, prime: 'cd', temperature: 0, length: 12 }))
    expect(whole.join('')).toBe('eabcdeabcdea')
  })

  test('reads the priming text first, however long it is', async () => {
    const prime = pattern(200, 5)
    const options = { temperature: 0.3, length: 30 }
    const at = 130
    const sampling = sample(model, { runtime, prime: prime.slice(0, at), length: 1 })
    await collect(sampling)
    // The state after the first part of the priming text, then the rest of it.
    const state = { ...sampling.state, token: vocabulary.token(prime[at]!)!, draws: 0 }
    expect(await text({ ...options, state, prime: prime.slice(at + 1) })).toBe(
      await text({ ...options, prime }),
    )
    expect(await text({ ...options, prime: 'c' })).not.toBe(await text({ ...options, prime }))
  })

  test('continues from a state as if it had not been left', async () => {
    const whole = await text({ prime: 'abc', length: 30 })
    const first = sample(model, { runtime, prime: 'abc', length: 30 })
    expect(() => first.state).toThrow('before the first piece')
    let joined = ''
    for await (const piece of first) {
      joined += piece
      if (joined.length === 11) break
    }
    joined += await text({ state: first.state, length: 19 })
    expect(joined).toBe(whole)
    expect(runtime.alive).toBe(0)
  })

  test.each(['words', 'bytes', 'byte-pairs'] as const)(
    'of %s gives whole text, left and continued',
    async (tokens) => {
      const said = 'é, 😀 (b). '
      const book = textFrom(said.repeat(60), { tokens })
      const learned = fakeModel(book.vocabulary)
      const settings = {
        batch: 2,
        window: 10,
        steps: 150,
        optimizer: 'adam',
        learningRate: 0.3,
        runtime,
      } as const
      await collect(train(learned, book, settings))
      const given = { runtime, prime: said.trimEnd(), temperature: 0 }
      const whole = (await collect(sample(learned, { ...given, length: 24 }))).join('')
      expect(said.repeat(9).startsWith(said.trimEnd() + whole)).toBe(true)
      expect(whole.length).toBeGreaterThan(15)
      for (let cut = 1; cut < 24; cut++) {
        const first = sample(learned, { ...given, length: cut })
        const before = await collect(first)
        const after = await collect(
          sample(learned, { runtime, temperature: 0, state: first.state, length: 24 - cut }),
        )
        expect([...before, ...after].join('')).toBe(whole)
      }
    },
  )

  test('without a beginning starts after a line end, if there is one', async () => {
    const lines = fakeModel(textFrom('\nabc').vocabulary)
    const pieces = async (options: Partial<SampleOptions>): Promise<string[]> => {
      return collect(sample(lines, { runtime, length: 20, ...options }))
    }
    expect(await pieces({})).toEqual(await pieces({ prime: '\n' }))
    expect(await text({ length: 20 })).toBe(await text({ length: 20, prime: 'a' }))
  })

  test('names a character of the priming text that the model does not know', () => {
    expect(() => sample(model, { runtime, prime: 'abX' })).toThrow(
      'The character "X" (U+0058) at character 3 of the priming text is not among the 5 characters that the model knows',
    )
  })

  test('ends by a signal, and refuses unknown options', async () => {
    const abort = new AbortController()
    let count = 0
    for await (const piece of sample(model, { runtime, signal: abort.signal })) {
      count += piece.length
      if (count === 5) abort.abort()
    }
    expect(count).toBe(5)
    expect(() => sample(model, { runtime, top_k: 1 } as SampleOptions)).toThrow(
      'sample has no option "top_k"',
    )
  })
})
