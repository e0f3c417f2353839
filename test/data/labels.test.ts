import { describe, expect, test } from 'vitest'
import {
  Classes,
  holdOutByClass,
  holdOutGroups,
  holdOutRandom,
  holdOutTail,
  inferKinds,
  readLabelled,
  requireSeenClasses,
  tableFrom,
} from '../../src/data/all.ts'

describe('classes', () => {
  const classes = Classes.of(['spam', 'ham', 'spam', 'egg'])

  test('have numbers in the order of their names', () => {
    expect(classes.names).toEqual(['egg', 'ham', 'spam'])
    expect([...classes.encode(['spam', 'egg'])]).toEqual([2, 0])
    expect(classes.name(1)).toBe('ham')
    expect(classes.size).toBe(3)
  })

  test('do not know others', () => {
    expect(() => classes.encode(['ham', 'bacon'], 'mail.csv')).toThrow(
      'mail.csv, row 2: the class "bacon" is not among the 3 that are known: egg, ham, spam',
    )
    expect(() => classes.name(3)).toThrow('There is no class 3: there are 3')
    const many = Classes.of(Array.from({ length: 12 }, (_x, i) => `c${i}`))
    expect(() => many.number('x')).toThrow('c0, c1, c10, c11, c2, c3, c4, c5, c6, c7, …')
  })

  test('survive JSON', () => {
    expect(Classes.fromJSON(JSON.parse(JSON.stringify(classes))).equals(classes)).toBe(true)
    expect(classes.equals(Classes.of(['egg', 'ham', 'spams']))).toBe(false)
    for (const value of [null, [], ['a', 'a'], [1], 'ab'])
      expect(() => Classes.fromJSON(value)).toThrow('no list of classes')
  })

  test('that only validation has are refused', () => {
    const labels = classes.encode(['ham', 'spam', 'egg', 'ham'])
    const seen = { training: [0, 1], validation: [2, 3] }
    expect(() => requireSeenClasses(classes, labels, seen)).toThrow(
      'The class "egg" (row 3) is only in the validation part, where nothing can have learned it',
    )
    expect(() => requireSeenClasses(classes, labels, { training: [0, 1, 2], validation: [3] })).not.toThrow()
  })
})

describe('labelled texts', () => {
  const mail = tableFrom(
    [
      { label: 'ham', text: ' hello' },
      { label: ' spam', text: 'win!' },
    ],
    'mail.csv',
  )

  test('may be more than a call takes arguments', async () => {
    const rows = Array.from({ length: 150_000 }, (_unused, row) => ({ text: 'a', label: `${row % 2}` }))
    const { texts, labels } = await readLabelled(tableFrom(rows), { text: 'text', label: 'label' })
    expect([texts.length, labels.length, labels[149_999]]).toEqual([150_000, 150_000, 1])
    const kinds = await inferKinds(tableFrom(rows), { rows: 150_000 })
    expect(kinds).toEqual({ text: 'category', label: 'number' })
  })

  test('are of two columns', async () => {
    await expect(readLabelled(mail, { text: 'text', label: 'text' })).rejects.toThrow(
      'The column "text" of mail.csv was asked for twice',
    )
  })

  test('come from two columns', async () => {
    const { texts, labels, classes } = await readLabelled(mail, { text: 'text', label: 'label' })
    expect(texts).toEqual([' hello', 'win!'])
    expect([...labels]).toEqual([0, 1])
    expect(classes.names).toEqual(['ham', 'spam'])
  })

  test('have only classes that a model knows', async () => {
    const classes = Classes.of(['ham', 'egg'])
    await expect(readLabelled(mail, { text: 'text', label: 'label', classes })).rejects.toThrow(
      'mail.csv, row 2: the class "spam" is not among the 2 that are known: egg, ham',
    )
  })
})

describe('held out', () => {
  test('is the tail', () => {
    const { training, validation } = holdOutTail(10, 0.25)
    expect([...training]).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect([...validation]).toEqual([7, 8, 9])
  })

  test('is a random share, the same for the same seed', () => {
    const { training, validation } = holdOutRandom(100, { fraction: 0.2, seed: 3 })
    expect(validation).toHaveLength(20)
    expect([...training, ...validation].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_x, i) => i),
    )
    expect([...validation]).toEqual([...validation].sort((a, b) => a - b))
    expect(holdOutRandom(100, { fraction: 0.2, seed: 3 })).toEqual({ training, validation })
    expect(holdOutRandom(100, { fraction: 0.2, seed: 4 })).not.toEqual({ training, validation })
  })

  test('is the same share of each class, and never all of one', () => {
    const labels = [...Array(50).fill(0), ...Array(10).fill(1), 2, 2, 3]
    const { training, validation } = holdOutByClass(labels, { fraction: 0.2 })
    const counts = (indexes: Int32Array): number[] =>
      [0, 1, 2, 3].map((label) => indexes.filter((index) => labels[index] === label).length)
    expect(counts(validation)).toEqual([10, 2, 1, 0])
    expect(counts(training)).toEqual([40, 8, 1, 1])
  })

  test('are whole groups', () => {
    const ids = Array.from({ length: 60 }, (_x, i) => `p${i % 6}`)
    const { training, validation } = holdOutGroups(ids, { fraction: 0.3 })
    const groups = (indexes: Int32Array): Set<string> => new Set([...indexes].map((index) => ids[index]!))
    expect(validation).toHaveLength(20)
    expect(groups(validation).size).toBe(2)
    expect([...groups(training)].filter((id) => groups(validation).has(id))).toEqual([])
    expect(groups(training).size).toBe(4)
  })

  test('is something, and not all', () => {
    expect(() => holdOutTail(3, 0.1)).toThrow(
      '3 steps are too few to hold out 0.1: the validation part would be empty',
    )
    expect(() => holdOutRandom(1, { fraction: 0.9 })).toThrow('the training part would be empty')
    expect(() => holdOutGroups(['a', 'a'])).toThrow('2 examples are too few')
    expect(() => holdOutByClass([0, 1])).toThrow('the validation part would be empty')
    expect(() => holdOutRandom(9, { fraction: 1 })).toThrow('fraction must be a number above 0 and below 1')
    expect(() => holdOutRandom(9, { share: 0.5 } as object)).toThrow('a split has no option "share"')
  })
})
