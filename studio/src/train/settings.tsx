import { useLayoutEffect, useRef } from 'preact/hooks'
import {
  attempt,
  chosen,
  client,
  isUntrained,
  makeModel,
  ownCell,
  pauseTraining,
  phase,
  resumeTraining,
  startTraining,
  wished,
} from '../store.ts'
import { CellSelect } from '../ui/cell-select.tsx'
import { Field, Slider } from '../ui/controls.tsx'
import { compact } from '../ui/format.ts'

/** The learning rate's slider is logarithmic: its value is a power of ten. */
function rateOf(position: number): number {
  return Number((10 ** position).toPrecision(2))
}

function remake(change: Partial<typeof chosen.value>): void {
  chosen.value = { ...chosen.value, ...change }
  const { cell, hidden, layers } = chosen.value
  void attempt(() => makeModel(cell, hidden, layers))
}

function setRate(learningRate: number): void {
  wished.value = { ...wished.value, learningRate }
  if (phase.value !== 'idle') void attempt(() => client.ask('rate', learningRate))
}

/** Cell, sizes and rates, and the buttons that start and hold. */
export function Settings() {
  const { cell, hidden, layers } = chosen.value
  const { batch, window, learningRate, steps } = wished.value
  const busy = phase.value !== 'idle'
  return (
    <>
      <fieldset class="grid" disabled={busy}>
        <CellSelect
          label="cell"
          value={cell}
          own={ownCell.value}
          onChoose={(chosenCell) => remake({ cell: chosenCell })}
        />
        <Whole
          label="units"
          value={hidden}
          least={1}
          most={512}
          onChange={(value) => remake({ hidden: value })}
        />
        <Whole
          label="layers"
          value={layers}
          least={1}
          most={4}
          onChange={(value) => remake({ layers: value })}
        />
        <Whole
          label="window"
          value={window}
          least={1}
          most={256}
          onChange={(value) => (wished.value = { ...wished.value, window: value })}
        />
        <Whole
          label="rows"
          value={batch}
          least={1}
          most={256}
          onChange={(value) => (wished.value = { ...wished.value, batch: value })}
        />
        <Whole
          label="updates"
          value={steps}
          least={1}
          most={1_000_000}
          onChange={(value) => (wished.value = { ...wished.value, steps: value })}
        />
      </fieldset>
      <Slider
        label="learning rate"
        min={-4}
        max={0.5}
        step={0.05}
        value={Math.log10(learningRate)}
        shown={compact(learningRate)}
        onInput={(position) => setRate(rateOf(position))}
      />
      <Buttons />
    </>
  )
}

interface WholeProps {
  readonly label: string
  readonly value: number
  readonly least: number
  readonly most: number
  readonly onChange: (value: number) => void
}

function Whole({ label, value, least, most, onChange }: WholeProps) {
  const take = (given: number): void => {
    if (Number.isFinite(given)) onChange(Math.min(most, Math.max(least, Math.round(given))))
  }
  return (
    <Field label={label}>
      <input
        type="number"
        aria-label={label}
        min={least}
        max={most}
        value={value}
        onChange={({ currentTarget }) => take(currentTarget.valueAsNumber)}
      />
    </Field>
  )
}

/**
 * The buttons of a training. One that starts a training is never the one that holds it: the training may end just when that
 * is pressed. A focus goes to what takes the place of the button that had it.
 */
function Buttons() {
  const place = useRef<HTMLParagraphElement>(null)
  const hasFocus = useRef(false)
  const now = phase.value
  useLayoutEffect(() => {
    const isLost = hasFocus.current && document.activeElement === document.body
    if (isLost) place.current?.querySelector('button')?.focus({ preventScroll: true })
  }, [now === 'idle', isUntrained.value])
  return (
    <p
      class="row"
      ref={place}
      onFocusIn={() => (hasFocus.current = true)}
      onFocusOut={({ relatedTarget }) => (hasFocus.current &&= relatedTarget === null)}
    >
      {now === 'idle' ? (
        <Main key="train" title="Train" act={() => startTraining(wished.value)} />
      ) : (
        <Main
          key="hold"
          title={now === 'running' ? 'Pause' : 'Go on'}
          act={now === 'running' ? pauseTraining : resumeTraining}
        />
      )}
      {now !== 'idle' && (
        <button type="button" onClick={() => void attempt(() => client.ask('stop'))}>
          Stop
        </button>
      )}
      {now === 'idle' && !isUntrained.value && <Again />}
    </p>
  )
}

/** What a training of a model does that has learnt already, and the way to one that has not. */
function Again() {
  return (
    <>
      <button type="button" onClick={() => remake({})}>
        Begin anew
      </button>
      <span class="hint">
        Train goes on from what the model knows, with the optimizer as at a start. Only a training that is
        paused goes on as if nothing had been.
      </span>
    </>
  )
}

function Main({ title, act }: { readonly title: string; readonly act: () => Promise<void> }) {
  return (
    <button type="button" class="main" onClick={() => void attempt(act)}>
      {title}
    </button>
  )
}
