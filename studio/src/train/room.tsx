import { samples } from '../store.ts'
import { thousands } from '../ui/format.ts'
import { ModelFiles } from './files.tsx'
import { Losses } from './losses.tsx'
import { Runs } from './run-list.tsx'
import { Settings } from './settings.tsx'
import { TextChoice } from './text-choice.tsx'

/** Room 2: a model of the reader's own text. */
export function TrainRoom() {
  return (
    <div class="room train">
      <Runs />
      <section class="panel">
        <h2>Text</h2>
        <TextChoice />
      </section>
      <section class="panel">
        <h2>Model</h2>
        <Settings />
        <ModelFiles />
      </section>
      <section class="panel wide">
        <h2>Loss</h2>
        <Losses />
      </section>
      <section class="panel wide">
        <h2>What it writes</h2>
        <Samples />
      </section>
    </div>
  )
}

function Samples() {
  if (samples.value.length === 0) return <p class="hint">A few lines appear here every few seconds.</p>
  return (
    <ol class="samples" data-testid="samples">
      {samples.value.map(({ step, text }) => (
        <li key={step}>
          <span class="when">update {thousands(step)}</span>
          <pre dir="auto">{text}</pre>
        </li>
      ))}
    </ol>
  )
}
