import { useEffect } from 'preact/hooks'
import { watched } from '../look.ts'
import { client } from '../store.ts'
import { percent } from '../ui/format.ts'
import type { SeenGate } from '../worker/messages.ts'
import { chosenName, layer, look, readText } from './state.ts'

const { answer: gates, watch } = watched(
  () => readText.value,
  (text) => client.ask('saturation', text),
)

/** How often each gate is all but closed and all but open, on the text of the room. */
export function SaturationPanel() {
  useEffect(watch, [])
  const seen = gates.value
  if (look.value?.symbols.length === 0) return <p class="hint">The model knows no character of this text.</p>
  if (!seen) return <p class="hint">Looking …</p>
  if (seen.length === 0)
    return <p class="hint">This cell has no gates: no value that stays between 0 and 1.</p>
  return (
    <>
      <p class="hint">
        Shares of the time: below 0.1 a gate is as good as closed, above 0.9 as good as open. One that never
        moves does not decide anything.
      </p>
      <ul class="saturation" data-testid="saturation">
        {seen.map((gate) => (
          <li key={`${gate.layer} ${gate.name}`}>
            <Gate gate={gate} />
          </li>
        ))}
      </ul>
    </>
  )
}

function Gate({ gate: { layer: place, name, closed, open, mean } }: { readonly gate: SeenGate }) {
  const layers = look.value?.layers ?? []
  const index = layers.findIndex((each) => each.name === place)
  const show = (): void => {
    layer.value = Math.max(0, index)
    chosenName.value = name
  }
  return (
    <button type="button" class="quiet" title="Show it in the heat map" onClick={show}>
      <b>
        {name}
        {layers.length > 1 && ` of layer ${index}`}
      </b>
      <span>
        closed {percent(closed)}, open {percent(open)}, mean {mean.toFixed(2)}
      </span>
      <span class="shares" style={{ '--closed': closed, '--open': open }} />
    </button>
  )
}
