import { expect, test } from 'vitest'
import { Stream } from '../../src/core/random.ts'
import { chooseToken, resolveChoice } from '../../src/generate/index.ts'
import { Ranking } from '../../src/generate/ranking.ts'

const random = new Stream(4)
const few = Array.from({ length: 60 }, () => random.below(7) - 3)
const many = Array.from({ length: 500 }, () => 8 * random.float() - 4)

test.each([[few], [many], [[]], [[2]], [[-Infinity, 0, -Infinity]]])(
  'ranks by falling logit, equal ones by token',
  (logits) => {
    const ranking = new Ranking(logits)
    const sorted = logits.map((_logit, token) => token)
    sorted.sort((a, b) => (logits[a] === logits[b] ? a - b : logits[b]! - logits[a]!))
    expect(logits.map(() => ranking.next())).toEqual(sorted)
  },
)

test('chooses among the likeliest alone', () => {
  const ranking = new Ranking(many)
  const ten = Array.from({ length: 10 }, () => ranking.next())
  const total = many.reduce((sum, logit) => sum + Math.exp(logit), 0)
  let [reached, needed] = [0, 0]
  for (; reached < 0.1 * total; needed++) reached += Math.exp(many[ten[needed]!]!)
  const chosen = (choice: object): number[] => {
    const tokens = Array.from({ length: 2000 }, (_unused, i) =>
      chooseToken(many, resolveChoice(choice), (i + 0.5) / 2000),
    )
    return [...new Set(tokens)].sort((a, b) => a - b)
  }
  const inOrder = (tokens: readonly number[]): number[] => [...tokens].sort((a, b) => a - b)
  expect(chosen({ topK: 10 })).toEqual(inOrder(ten))
  expect(chosen({ topP: 0.1 })).toEqual(inOrder(ten.slice(0, needed)))
  expect(chosen({ topK: 10, topP: 0.9 }).length).toBeLessThan(10)
})

test('does not change its choice when likely tokens change places', () => {
  const near = [0, 1e-9, 0.5, 0]
  const swapped = [1e-9, 0, 0.5, 0]
  for (let i = 0; i < 100; i++) {
    const draw = (i + 0.5) / 100
    expect(chooseToken(near, resolveChoice(), draw)).toBe(chooseToken(swapped, resolveChoice(), draw))
  }
})
