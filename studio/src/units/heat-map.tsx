import { decimal, visible } from '../ui/format.ts'
import { Field } from '../ui/controls.tsx'
import { Matrix } from '../ui/matrix.tsx'
import type { Order } from './order.ts'
import {
  at,
  chosenName,
  clamp,
  layer,
  look,
  order,
  rows,
  scores,
  seen,
  shadeRange,
  shades,
  unit,
  value,
} from './state.ts'

const orders: readonly { readonly name: Order; readonly title: string }[] = [
  { name: 'number', title: 'by number' },
  { name: 'variation', title: 'by how much they change' },
  { name: 'likeness', title: 'by likeness to the marked one' },
  { name: 'score', title: 'by the detector' },
]

/** Marks a unit; one that was held is let go. */
export function mark(k: number): void {
  unit.value = k
  clamp.value = undefined
}

function onKeyDown(event: KeyboardEvent): void {
  const place = rows.value.indexOf(unit.value)
  const last = (look.value?.symbols.length ?? 1) - 1
  const moves: Readonly<Record<string, () => void>> = {
    ArrowDown: () => mark(rows.value[Math.min(place + 1, rows.value.length - 1)]!),
    ArrowUp: () => mark(rows.value[Math.max(place - 1, 0)]!),
    ArrowRight: () => (at.value = Math.min(last, at.value + 1)),
    ArrowLeft: () => (at.value = Math.max(0, at.value - 1)),
  }
  const move = moves[event.key]
  if (!move) return
  event.preventDefault()
  move()
}

/** Every unit at every character. */
export function HeatMap() {
  const shown = value.value
  const symbols = look.value?.symbols ?? []
  if (!shown || symbols.length === 0) return <p class="hint">Looking …</p>
  const sorted = rows.value
  const { units, data, name } = shown
  const height = Math.max(4, Math.min(9, 320 / units))
  return (
    <>
      <Choices />
      <div
        class="scroll"
        tabIndex={0}
        role="group"
        aria-label="Units and characters; the arrow keys mark others"
        onKeyDown={onKeyDown}
      >
        <Matrix
          label={`${name} of ${units} units at ${symbols.length} characters`}
          rows={units}
          columns={symbols.length}
          range={shadeRange.value}
          value={(row, column) => shades.value[column * units + sorted[row]!]!}
          field={[8, height]}
          marked={{ row: sorted.indexOf(unit.value), column: at.value }}
          stamp={[data, sorted]}
          onPick={({ row, column }) => {
            mark(sorted[row]!)
            at.value = column
          }}
        />
      </div>
      <p class="about" data-testid="spot">
        unit <b>{unit.value}</b> of {name} at <b>{visible(symbols[at.value] ?? '')}</b>:{' '}
        {decimal(data[at.value * units + unit.value] ?? Number.NaN, 3)}
        <span class="hint"> · click a field, or use the arrow keys, to mark another</span>
      </p>
    </>
  )
}

function Choices() {
  const layers = look.value!.layers
  const { values = [], gates = [], states = [] } = seen.value ?? {}
  const kind = (name: string): string =>
    gates.includes(name) ? 'gate' : states.includes(name) ? 'state' : 'value'
  return (
    <p class="row">
      {layers.length > 1 && (
        <Field label="layer">
          <select
            value={layer.value}
            onChange={({ currentTarget }) => (layer.value = Number(currentTarget.value))}
          >
            {layers.map(({ name }, index) => (
              <option key={name} value={index}>
                {index}
              </option>
            ))}
          </select>
        </Field>
      )}
      <Field label="value">
        <select
          value={value.value!.name}
          onChange={({ currentTarget }) => (chosenName.value = currentTarget.value)}
        >
          {values.map(({ name }) => (
            <option key={name} value={name}>
              {name} ({kind(name)})
            </option>
          ))}
        </select>
      </Field>
      <Field label="order">
        <select
          value={order.value}
          onChange={({ currentTarget }) => (order.value = currentTarget.value as Order)}
        >
          {orders
            .filter(({ name }) => name !== 'score' || scores.value.size > 0)
            .map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
        </select>
      </Field>
    </p>
  )
}
