import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lessonFolders, openLesson } from '../../examples/folders.ts'
import { boundsText, holds } from '../../examples/lesson.ts'

/** Lessons that take a moment and need no data: these run with the tests. */
const quick = new Set([12])

describe.each(lessonFolders().map((folder) => [folder.name, folder] as const))('%s', (_name, folder) => {
  it('tells in its README what its program is held to', async () => {
    const { figures, title } = await openLesson(folder)
    const readme = readFileSync(join(folder.path, 'README.md'), 'utf8')
    const rows = [...readme.matchAll(/^\| (.+) \| (.+) \|$/gm)].map(([, figure, wanted]) => [figure, wanted])
    expect(title).not.toBe('')
    expect(rows.slice(1)).toEqual(Object.entries(figures).map(([name, bounds]) => [name, boundsText(bounds)]))
  })
})

describe.each(
  lessonFolders()
    .filter(({ number }) => quick.has(number))
    .map((folder) => [folder.name, folder] as const),
)('%s', (_name, folder) => {
  it('reaches its figures', async () => {
    const { figures, run } = await openLesson(folder)
    const found = await run({ files: [], log: () => undefined })
    const missed = Object.entries(figures).filter(([name, bounds]) => !holds(bounds, found[name]!))
    expect(missed).toEqual([])
  })
})

it('a figure is held to both of its bounds, and no number is none', () => {
  expect(holds({ least: 1, most: 2 }, 1.5)).toBe(true)
  expect(holds({ least: 1 }, 0.9)).toBe(false)
  expect(holds({ most: 2 }, 2.1)).toBe(false)
  expect(holds({ least: 0 }, NaN)).toBe(false)
  expect([boundsText({ least: 1, most: 2 }), boundsText({ least: 0.5 }), boundsText({ most: 3 })]).toEqual([
    '1 to 2',
    '≥ 0.5',
    '≤ 3',
  ])
})
