import { useEffect } from 'preact/hooks'
import {
  attempt,
  chosen,
  isUntrained,
  makeModel,
  model,
  ownCell,
  phase,
  startTraining,
  wished,
} from '../store.ts'
import { CellSelect } from '../ui/cell-select.tsx'
import { Choice, Field } from '../ui/controls.tsx'
import { Diagram } from './diagram.tsx'
import { Equations } from './equations.tsx'
import { Quiz } from './quiz.tsx'
import { Stepper } from './stepper.tsx'
import { Strips } from './strips.tsx'
import { cell, layer, telling, tradition, watchModel } from './state.ts'
import { traditions } from './traditions.ts'

/** Updates of a short training, enough to give the gates something to do. */
const short = 600

/** Room 1: the equations of a cell, its picture, and its numbers on a text, step by step. */
export function CellRoom() {
  useEffect(watchModel, [])
  return (
    <div class="room cell">
      <section class="panel wide bar">
        <Shown />
      </section>
      <section class="panel">
        <h2>Equations</h2>
        <Equations />
      </section>
      <section class="panel">
        <h2>Diagram</h2>
        {cell.value && <Diagram cell={cell.value} prefix="room-" renaming={telling.value.renaming} />}
      </section>
      <section class="panel wide">
        <h2>Step through a text</h2>
        <Stepper />
      </section>
      <section class="panel wide">
        <h2>The numbers of this step</h2>
        <Strips />
      </section>
      <section class="panel wide">
        <h2>A question: which gates hold a memory?</h2>
        <Quiz />
      </section>
    </div>
  )
}

/** Which cell and layer is shown, and in which words. */
function Shown() {
  const info = model.value
  const busy = phase.value !== 'idle'
  const first = info?.layers[0]
  if (!info || !first) return null
  const layers = info.layers.map((_unused, index) => index)
  return (
    <div class="row">
      <fieldset class="plain" disabled={busy}>
        <CellSelect
          label="cell"
          value={first.cell}
          own={ownCell.value}
          onChoose={(choice) => {
            chosen.value = { ...chosen.value, cell: choice }
            void attempt(() => makeModel(choice, chosen.value.hidden, chosen.value.layers))
          }}
        />
      </fieldset>
      {layers.length > 1 && (
        <Field label="layer">
          <select
            value={layer.value}
            onChange={({ currentTarget }) => (layer.value = Number(currentTarget.value))}
          >
            {layers.map((index) => (
              <option key={index} value={index}>
                {index}
              </option>
            ))}
          </select>
        </Field>
      )}
      <Choice
        label="Told as"
        value={tradition.value}
        choices={traditions}
        onChoose={(name) => (tradition.value = name)}
      />
      <button
        type="button"
        class={isUntrained.value ? 'main' : ''}
        disabled={busy}
        onClick={() => void attempt(() => startTraining({ ...wished.value, steps: short }))}
      >
        {isUntrained.value ? 'Train it a little' : 'Train it a little more'}
      </button>
      {isUntrained.value && <span class="hint">It knows nothing yet: its gates stand half open.</span>}
    </div>
  )
}
