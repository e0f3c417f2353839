import { computed, signal } from '@preact/signals'
import type { InitSpec } from 'sluice'
import { cellNamed, lines, usualCell } from '../cell-choices.ts'
import { model } from '../store.ts'
import { read } from './reading.ts'

/*
 * The cell that the reader writes.
 */

export const name = signal('mine')
export const source = signal(usualCell.equations)
/** How parameters start, of which those count that the equations still have. */
export const init = signal<InitSpec>(usualCell.init)
export const reading = computed(() => read(name.value, source.value))

/** The last cell that was without a mistake: what the pictures go on to show. */
let last: ReturnType<typeof read> | undefined
export const cell = computed(() => {
  if ('cell' in reading.value) last = reading.value
  return last && 'cell' in last ? last.cell : undefined
})

/** Units of the cell where a number is needed. */
export const hidden = signal(32)

/** Sizes to count weights by: the input is as wide as the model's text has symbols. */
export const sizes = computed(() => {
  const wanted = cell.value?.sizes ?? []
  const known: Readonly<Record<string, number>> = {
    input: model.value?.symbols.length ?? 32,
    hidden: hidden.value,
  }
  return Object.fromEntries(wanted.map((size) => [size, known[size] ?? hidden.value]))
})

/** The cell as it travels. */
export const own = computed(() => {
  const parameters = cell.value?.step.parameters.map((parameter) => parameter.name) ?? []
  const kept = Object.entries(init.value).filter(([key]) => key === '*' || parameters.includes(key))
  return { name: name.value, equations: source.value, init: Object.fromEntries(kept) }
})

/** Starts from a cell of the library. */
export function startFrom(wanted: string): void {
  const record = cellNamed(wanted)
  if (!record) return
  source.value = lines(record.equations)
  init.value = record.init
  name.value = `my_${record.name}`
}
