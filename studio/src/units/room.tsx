import { useEffect } from 'preact/hooks'
import { isUntrained } from '../store.ts'
import { Clamp } from './clamp.tsx'
import { ColouredText } from './coloured-text.tsx'
import { Detectors } from './detectors.tsx'
import { HeatMap } from './heat-map.tsx'
import { ReasonsPanel } from './reasons.tsx'
import { SaturationPanel } from './saturation.tsx'
import { look, ownText, readText, watchUnits } from './state.ts'

/** Room 3: what each unit looks at. */
export function UnitsRoom() {
  useEffect(watchUnits, [])
  return (
    <div class="room units">
      <section class="panel wide">
        <h2>Text × units</h2>
        {isUntrained.value && (
          <p class="hint">The model is untrained: its units look at nothing in particular yet.</p>
        )}
        <HeatMap />
      </section>
      <section class="panel wide">
        <h2>What do units tell?</h2>
        <Detectors />
      </section>
      <section class="panel">
        <h2>The text by one unit</h2>
        <ColouredText />
        <details>
          <summary>Another text</summary>
          <textarea
            aria-label="Text to look at"
            rows={5}
            dir="auto"
            value={readText.value}
            onChange={({ currentTarget }) => (ownText.value = currentTarget.value)}
          />
          {(look.value?.unknown ?? 0) > 0 && (
            <p class="hint">{look.value!.unknown} characters are left out: the model does not know them.</p>
          )}
        </details>
      </section>
      <section class="panel">
        <h2>Hold the unit</h2>
        <Clamp />
      </section>
      <section class="panel">
        <h2>Why this next character?</h2>
        <ReasonsPanel />
      </section>
      <section class="panel">
        <h2>How open are the gates?</h2>
        <SaturationPanel />
      </section>
    </div>
  )
}
