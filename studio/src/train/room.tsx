import { curve, pace, phase, problem, samples } from '../store.ts'
import { compact, decimal, thousands } from '../ui/format.ts'
import { Chart } from '../ui/chart.tsx'
import { ModelFiles } from './files.tsx'
import { Settings } from './settings.tsx'
import { TextChoice } from './text-choice.tsx'

/** Room 2: a model of the reader's own text. */
export function TrainRoom() {
  return (
    <div class="room train">
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

function Losses() {
  const { steps, losses, even, validations } = curve.value
  const last = steps.length - 1
  const validated = validations.findLast((value) => value !== null)
  const { tokensPerSecond, epoch } = pace.value
  return (
    <>
      <dl class="figures" aria-live="off">
        <Figure name="update" value={last < 0 ? '–' : thousands(steps[last]!)} id="step" />
        <Figure
          name="loss"
          value={last < 0 ? '–' : decimal(even[last]!, 3)}
          id="loss"
          hint="nats a character, evened out"
        />
        <Figure
          name="validation"
          value={validated === undefined ? '–' : decimal(validated, 3)}
          id="validation"
          hint="on a part of the text that it is not trained on"
        />
        <Figure name="characters/s" value={last < 0 ? '–' : thousands(tokensPerSecond)} id="pace" />
        <Figure name="epochs" value={last < 0 ? '–' : compact(epoch)} id="epoch" />
      </dl>
      <Chart
        label="Loss and validation loss over the updates"
        xLabel="update"
        x={steps}
        lines={[
          { label: 'loss', colour: '--faint-blue', values: losses, width: 1 },
          { label: 'evened out', colour: '--blue', values: even, width: 2 },
          {
            label: 'validation',
            colour: '--orange',
            values: validations,
            width: 2,
            joined: true,
            dashed: true,
          },
        ]}
      />
      {last < 0 && phase.value === 'idle' && problem.value === undefined && (
        <p class="hint">Press Train: the loss falls as the model finds out what comes next.</p>
      )}
    </>
  )
}

interface FigureProps {
  readonly name: string
  readonly value: string
  readonly id: string
  readonly hint?: string
}

function Figure({ name, value, id, hint }: FigureProps) {
  return (
    <div title={hint}>
      <dt>{name}</dt>
      <dd data-testid={`figure-${id}`}>{value}</dd>
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
