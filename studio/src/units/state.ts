import { computed, effect, signal } from '@preact/signals'
import type { Edit } from 'sluice/inspect'
import { watchedLook } from '../look.ts'
import { text } from '../store.ts'
import { type Range, rangeOf } from '../ui/colour.ts'
import { scaled } from './scaled.ts'
import { type Order, ordered, seriesOf } from './order.ts'

/*
 * What the room of units shows: one named value of one layer on a text, its units in an order, one of them marked and
 * perhaps held at a number.
 */

/** Characters that are looked at. */
const longest = 1200

export const ownText = signal<string | undefined>(undefined)
export const layer = signal(0)
/** The value that is shown; absent: the layer's first state. */
export const chosenName = signal<string | undefined>(undefined)
export const unit = signal(0)
export const order = signal<Order>('number')
/** Scores of the units by the detector that was chosen. */
export const scores = signal<ReadonlyMap<number, number>>(new Map())
/** The character that the reader points at. */
export const at = signal(24)
/** What the marked unit is held at; absent: it is left alone. */
export const clamp = signal<number | undefined>(undefined)

export const readText = computed(() =>
  (ownText.value ?? (text.value?.content ?? '').slice(0, 420)).slice(0, longest),
)

export const { answer: look, watch } = watchedLook(() => readText.value)

export const seen = computed(() => {
  const layers = look.value?.layers ?? []
  return layers[Math.min(layer.value, layers.length - 1)]
})

export const value = computed(() => {
  const { values = [], states = [] } = seen.value ?? {}
  return values.find(({ name }) => name === (chosenName.value ?? states[0])) ?? values[0]
})

export const isGate = computed(() => (seen.value?.gates ?? []).includes(value.value?.name ?? ''))
/** What the marked unit can be held at: half as far again as it goes by itself. */
export const bounds = computed<readonly [least: number, most: number]>(() => {
  if (isGate.value || !value.value) return [0, 1]
  const own = rangeOf(seriesOf(value.value, unit.value), false)
  const most = own.kind === 'signed' ? 1.5 * own.most : 1
  return [-most, most]
})
/** The numbers as they are coloured: shares as they are, others against each unit's own mean. */
export const shades = computed(() => {
  if (!value.value) return new Float32Array()
  return isGate.value ? value.value.data : scaled(value.value)
})
export const shadeRange = computed<Range>(() =>
  isGate.value ? { kind: 'share' } : { kind: 'signed', most: 1 },
)
export const rows = computed(() =>
  value.value ? ordered(value.value, order.value, unit.value, scores.value) : [],
)

/** The change that holds the marked unit. */
export const edits = computed<readonly Edit[]>(() => {
  const { name } = value.value ?? {}
  if (clamp.value === undefined || name === undefined || !seen.value) return []
  return [{ layer: seen.value.name, name, units: [unit.value], clamp: clamp.value }]
})

/** The same text with the unit held. */
export const changed = watchedLook(
  () => readText.value,
  () => edits.value,
)

/** Keeps everything in step with the model; marks stay within what there is. */
export function watchUnits(): () => void {
  const stops = [
    watch(),
    changed.watch(),
    effect(() => {
      if (!look.value) return
      unit.value = Math.min(unit.value, Math.max(0, (value.value?.units ?? 1) - 1))
      at.value = Math.min(at.value, Math.max(0, (look.value?.symbols.length ?? 1) - 1))
    }),
  ]
  return () => stops.forEach((stop) => stop())
}
