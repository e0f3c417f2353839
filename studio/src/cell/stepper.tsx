import { useEffect } from 'preact/hooks'
import { signal } from '@preact/signals'
import { Matrix } from '../ui/matrix.tsx'
import { rangeOf } from '../ui/colour.ts'
import { percent, visible } from '../ui/format.ts'
import { at, look, ownText, seen, steppedText, telling, unit } from './state.ts'

/** Milliseconds of a step while it walks by itself. */
const pace = 450

const walking = signal(false)
/** The state on the conveyor; absent: the cell's first. */
export const carried = signal<string | undefined>(undefined)

function go(step: number): void {
  const last = (look.value?.symbols.length ?? 1) - 1
  at.value = Math.min(last, Math.max(0, step))
  if (at.value === last) walking.value = false
}

function onKeyDown(event: KeyboardEvent): void {
  const moves: Readonly<Record<string, () => void>> = {
    ArrowRight: () => go(at.value + 1),
    ArrowLeft: () => go(at.value - 1),
    Home: () => go(0),
    End: () => go(Infinity),
    ArrowDown: () => pick(unit.value + 1),
    ArrowUp: () => pick(unit.value - 1),
  }
  const move = moves[event.key]
  if (!move) return
  event.preventDefault()
  move()
}

function pick(k: number): void {
  const units = seen.value?.values[0]?.units ?? 1
  unit.value = Math.min(units - 1, Math.max(0, k))
}

/** The text, character by character, over the conveyor of the cell's state. */
export function Stepper() {
  const { symbols = [], unknown = 0, guesses = [] } = look.value ?? {}
  const isEmpty = symbols.length === 0
  useEffect(() => {
    const timer = setInterval(() => walking.value && go(at.value + 1), pace)
    return () => clearInterval(timer)
  }, [])
  return (
    <>
      <p class="row">
        <textarea
          rows={2}
          class="stepped"
          dir="auto"
          aria-label="Text to step through"
          value={steppedText.value}
          onInput={({ currentTarget }) => (ownText.value = currentTarget.value)}
        />
        <button type="button" aria-label="One step back" disabled={isEmpty} onClick={() => go(at.value - 1)}>
          ◀
        </button>
        <button
          type="button"
          aria-label="One step on"
          data-testid="step-on"
          disabled={isEmpty}
          onClick={() => go(at.value + 1)}
        >
          ▶
        </button>
        <button
          type="button"
          aria-pressed={walking.value}
          disabled={isEmpty}
          onClick={() => (walking.value = !walking.value)}
        >
          {walking.value ? 'Halt' : 'Walk'}
        </button>
      </p>
      {unknown > 0 && <p class="hint">{unknown} characters are left out: the model does not know them.</p>}
      <div class="scroll">
        <div
          class="belt"
          style={{ '--columns': symbols.length }}
          tabIndex={0}
          role="group"
          aria-label="Step with the arrow keys: left and right through the text, up and down through the units"
          onKeyDown={onKeyDown}
        >
          <div class="characters">
            {symbols.map((symbol, step) => (
              <button
                key={step}
                type="button"
                tabIndex={-1}
                class={step === at.value ? 'here' : ''}
                aria-current={step === at.value ? 'step' : undefined}
                onClick={() => go(step)}
              >
                {visible(symbol)}
              </button>
            ))}
          </div>
          <Conveyor />
        </div>
      </div>
      <Legend />
      <p class="next" data-testid="guesses">
        What comes next?{' '}
        {guesses[at.value]?.map(({ symbol, probability }) => (
          <span key={symbol} style={{ '--share': probability }}>
            <b>{visible(symbol)}</b> {percent(probability)}
          </span>
        ))}
      </p>
    </>
  )
}

/** The cell's state over the text: what flows through it, step by step. */
function Conveyor() {
  const name = shownState()
  const value = seen.value?.values.find((each) => each.name === name)
  const steps = look.value?.symbols.length ?? 0
  if (!value || steps === 0) return null
  const { units, data } = value
  return (
    <div class="conveyor">
      <Matrix
        label={`${name} of ${units} units at ${steps} steps`}
        rows={units}
        columns={steps}
        range={rangeOf(data, false)}
        value={(row, column) => data[column * units + row]!}
        field={[24, Math.max(3, Math.min(7, 240 / units))]}
        marked={{ column: at.value, row: unit.value }}
        stamp={data}
        onPick={({ row, column }) => {
          go(column)
          pick(row)
        }}
      />
    </div>
  )
}

/** Which state is on the belt, and how to read its colours. */
function Legend() {
  const states = seen.value?.states ?? []
  const name = shownState()
  if (name === undefined) return null
  const { renaming, words } = telling.value
  return (
    <p class="hint">
      {states.length > 1 ? (
        <select
          aria-label="State on the belt"
          value={name}
          onChange={({ currentTarget }) => (carried.value = currentTarget.value)}
        >
          {states.map((state) => (
            <option key={state} value={state}>
              {renaming[state] ?? state}: {words[state] ?? 'state'}
            </option>
          ))}
        </select>
      ) : (
        `${renaming[name] ?? name}: ${words[name] ?? 'state'}`
      )}{' '}
      of each unit, over the text: orange above zero, blue below
    </p>
  )
}

function shownState(): string | undefined {
  const states = seen.value?.states ?? []
  return carried.value && states.includes(carried.value) ? carried.value : states[0]
}
