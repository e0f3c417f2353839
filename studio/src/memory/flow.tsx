import { signal } from '@preact/signals'
import type { GradientFlow } from 'sluice/inspect'
import { attempt, client, model, phase, weights, wished } from '../store.ts'
import { Chart } from '../ui/chart.tsx'
import { compact, powerOfTen, thousands } from '../ui/format.ts'
import { strokeOf } from '../ui/stroke.ts'
import { flowLine } from './flow-line.ts'

/** Powers of ten that the picture shows. */
const lowest = -6

/** What was measured, and the weights it was measured with. */
const measured = signal<{ readonly flow: GradientFlow; readonly weights: number } | undefined>(undefined)
const measuring = signal(false)

async function measure(): Promise<void> {
  measuring.value = true
  const now = weights.value
  await attempt(async () => (measured.value = { flow: await client.ask('flow'), weights: now }))
  measuring.value = false
}

/** How far back the gradients of the model reach, and what follows for the windows that it is trained with. */
export function FlowPanel() {
  const found = measured.value
  return (
    <>
      <p>
        The model of all rooms, on the text that it learns from: how much of the gradient of a prediction is
        left at each step before it. Where less than a hundredth is left, hardly anything is learnt.
      </p>
      <p class="row">
        <button type="button" disabled={measuring.value} onClick={() => void measure()}>
          {measuring.value ? 'Measuring …' : `Measure ${model.value?.layers[0]?.cell.name ?? ''}`}
        </button>
        {found && found.weights !== weights.value && (
          <span class="hint">The model has changed since this was measured.</span>
        )}
      </p>
      {found && <Flow flow={found.flow} />}
    </>
  )
}

function Flow({ flow: { states, steps, memory, isCut, window } }: { readonly flow: GradientFlow }) {
  const isOne = new Set(states.map(({ layer }) => layer)).size === 1
  const nameOf = (layer: string, state: string): string =>
    isOne ? state : `${state} of ${layer.replace('layers.', 'layer ')}`
  const own = wished.value.window
  return (
    <>
      <Chart
        label="What is left of a gradient, by the steps that it went back"
        xLabel="steps back"
        x={Array.from({ length: steps }, (_unused, index) => index)}
        height={200}
        yRange={[lowest, 0]}
        yText={(value) => (Number.isInteger(value) ? powerOfTen(value) : compact(10 ** value))}
        lines={states.map(({ layer, state, norms }, index) => ({
          label: nameOf(layer, state),
          values: flowLine(norms, lowest),
          ...strokeOf(index),
        }))}
      />
      <p class="about" data-testid="flow">
        Effective memory: {isCut ? 'more than ' : ''}
        {thousands(memory)} steps (
        {states.map(({ layer, state, memory: each, isCut: cut }, index) => (
          <span key={index}>
            {index > 0 && ', '}
            {nameOf(layer, state)} {cut ? 'over ' : ''}
            {each}
          </span>
        ))}
        ). Good windows are {isCut ? 'at least ' : ''}
        {thousands(window)} long, twice the memory; the next training has {own}.
      </p>
      {window !== own && (
        <button
          type="button"
          disabled={phase.value !== 'idle'}
          onClick={() => (wished.value = { ...wished.value, window })}
        >
          Train with windows of {window}
        </button>
      )}
    </>
  )
}
