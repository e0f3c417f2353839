import { isUntrained, machine, model, pace, phase } from '../store.ts'
import { thousands } from './format.ts'

/** One line about the model that all rooms look at. */
export function ModelBar() {
  const info = model.value
  if (!info) return <p class="model-bar">A small model is being made …</p>
  const [first] = info.layers
  const layers = info.layers.length > 1 ? `${info.layers.length} layers of ` : ''
  return (
    <p class="model-bar" data-testid="model-bar">
      <b>{first!.cell.name}</b>
      <span>
        {layers}
        {first!.units} units
      </span>
      <span>{thousands(info.weights)} weights</span>
      {isUntrained.value && <span>untrained</span>}
      {info.step > 0 && <span>{thousands(info.step)} updates</span>}
      <span class="source">
        {info.isLoaded ? 'from' : 'on'} {info.source}
      </span>
      {phase.value === 'running' && (
        <span class="live">training, {thousands(pace.value.tokensPerSecond)} characters/s</span>
      )}
      {phase.value === 'paused' && <span class="live">paused</span>}
      {machine.value?.note && (
        <span class="note" title={machine.value.note}>
          {machine.value.note}
        </span>
      )}
    </p>
  )
}
