import { curve, pace, phase, problem } from '../store.ts'
import { Chart, type Line } from '../ui/chart.tsx'
import { compact, decimal, thousands } from '../ui/format.ts'
import { dashed } from '../ui/stroke.ts'
import { type Points, aligned } from './aligned.ts'
import type { Curve } from './curve.ts'
import { runCurves, runNames } from './runs.ts'
import { runStrokes } from './run-strokes.ts'

/** A line of the chart and its points. */
type Drawn = Omit<Line, 'values'> & { readonly points: Points }

function ownLines({ steps, losses, even, validations }: Curve): readonly Drawn[] {
  return [
    { label: 'loss', colour: '--faint-blue', width: 1, points: { x: steps, y: losses } },
    { label: 'evened out', colour: '--blue', width: 2, points: { x: steps, y: even } },
    { label: 'validation', colour: '--blue', width: 2, dashes: dashed, points: { x: steps, y: validations } },
  ]
}

function runLines(name: string, { steps, even, validations }: Curve): readonly Drawn[] {
  const [loss, validation] = runStrokes(runNames.value.indexOf(name))
  return [
    { label: name, ...loss, points: { x: steps, y: even } },
    { label: `${name}, validation`, ...validation, points: { x: steps, y: validations } },
  ]
}

/** The losses of the training in the page and of the runs that are shown. */
export function Losses() {
  const own = curve.value
  const runs = [...runCurves.value].sort(([a], [b]) => runNames.value.indexOf(a) - runNames.value.indexOf(b))
  const drawn = [
    ...(own.count > 0 || runs.length === 0 ? ownLines(own) : []),
    ...runs.flatMap(([name, each]) => runLines(name, each)),
  ]
  const { x, columns } = aligned(drawn.map(({ points }) => points))
  const isIdle = own.count === 0 && phase.value === 'idle' && problem.value === undefined
  return (
    <>
      {(own.count > 0 || runs.length === 0) && <Figures />}
      <Chart
        label="Losses over the updates"
        xLabel="update"
        x={x}
        lines={drawn.map(({ points: _points, ...line }, index) => ({
          ...line,
          values: columns[index]!,
          joined: true,
        }))}
      />
      {isIdle && runs.length === 0 && (
        <p class="hint">Press Train: the loss falls as the model finds out what comes next.</p>
      )}
    </>
  )
}

function Figures() {
  const { steps, even, validations } = curve.value
  const last = steps.length - 1
  const validated = validations.findLast((value) => value !== null)
  const { tokensPerSecond, epoch } = pace.value
  return (
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
