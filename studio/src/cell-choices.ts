import { type CellRecord, families, library } from 'sluice'
import type { CellChoice } from './worker/messages.ts'

/** A cell of the library as it travels. */
export function choiceOf({ name, equations, init }: CellRecord): CellChoice {
  return { name, equations: lines(equations), init }
}

/** Equations without the margin that the library gives them. */
export function lines(equations: string): string {
  return equations
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
}

/** The cell of the library with this name. */
export function cellNamed(name: string): CellRecord | undefined {
  return library.find((record) => record.name === name)
}

/** What the studio starts with. */
export const usualCell = choiceOf(cellNamed('lstm')!)

/** The families of the library for a list to choose from: cells whose only size is `hidden`. */
export const choosable = families.map(({ title, cells }) => ({
  title,
  cells: cells.filter(({ equations }) => !/:\s*projection/.test(equations)),
}))
