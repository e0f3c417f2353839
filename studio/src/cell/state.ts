import { computed, effect, signal } from '@preact/signals'
import { type Cell, compile } from 'sluice/equations'
import { watchedLook } from '../look.ts'
import { model, text } from '../store.ts'
import type { CellChoice, Look, SeenLayer } from '../worker/messages.ts'
import { type Tradition, tellingOf } from './traditions.ts'

/*
 * What the cell room shows: one layer of the model on a short text, at one step, one unit of it marked.
 */

/** Characters that are stepped through at most. */
const longest = 240

export const tradition = signal<Tradition>('gates')
/** The reader's own text to step through; absent: the beginning of the text of the model. */
export const ownText = signal<string | undefined>(undefined)
export const layer = signal(0)
export const at = signal(0)
export const unit = signal(0)
/** The value or parameters that are lit in equations, diagram and numbers at once. */
export const lit = signal<string | undefined>(undefined)

export const steppedText = computed(() => ownText.value ?? (text.value?.content ?? '').slice(0, 64))

export const { answer: look, watch } = watchedLook(() => steppedText.value.slice(0, longest))

/** The cell of the layer that is shown. */
export const cell = computed<Cell | undefined>(() => {
  const info = model.value?.layers[Math.min(layer.value, model.value.layers.length - 1)]
  return info && compiled(info.cell)
})

let last: { readonly key: string; readonly cell: Cell } | undefined

function compiled({ name, equations }: CellChoice): Cell {
  const key = `${name}\n${equations}`
  if (last?.key !== key) last = { key, cell: compile(equations, { name }) }
  return last.cell
}

export const telling = computed(() => {
  const { syntax } = cell.value ?? {}
  const names = syntax ? [...syntax.equations.map(({ target }) => target), syntax.input.name] : []
  return tellingOf(names, tradition.value)
})

/** The layer's values on the text. */
export const seen = computed<SeenLayer | undefined>(
  () => look.value?.layers[Math.min(layer.value, (look.value?.layers.length ?? 1) - 1)],
)

/** Keeps what is shown in step with the model; marks stay within what there is. */
export function watchModel(): () => void {
  const stops = [
    watch(),
    effect(() => {
      const found = look.value
      if (!found) return
      at.value = Math.min(at.peek(), Math.max(0, found.symbols.length - 1))
      unit.value = Math.min(unit.peek(), Math.max(0, unitsOf(found) - 1))
    }),
  ]
  return () => stops.forEach((stop) => stop())
}

function unitsOf({ layers }: Look): number {
  return Math.max(0, ...(layers[0]?.values.map(({ units }) => units) ?? []))
}

/** The number of a value for a unit after a step; zero before the first. */
export function numberAt(of: SeenLayer | undefined, name: string, step: number, k: number): number {
  const value = of?.values.find((each) => each.name === name)
  if (!value) return Number.NaN
  return step < 0 ? 0 : (value.data[step * value.units + k] ?? Number.NaN)
}
