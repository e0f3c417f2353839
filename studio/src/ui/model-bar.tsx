import { machine, model, pace, phase, text } from '../store.ts'
import { thousands } from './format.ts'

/** One line about the model that all rooms look at. */
export function ModelBar() {
  const info = model.value
  if (!info) return <p class="model-bar">A small model is being made …</p>
  const [first] = info.layers
  const layers = info.layers.length > 1 ? `${info.layers.length} layers of ` : ''
  return (
    <p class="model-bar" data-testid="model-bar">
      <b>{first!.cell}</b>
      <span>
        {layers}
        {first!.units} units
      </span>
      <span>{thousands(info.weights)} weights</span>
      <span>{info.step === 0 ? 'untrained' : `${thousands(info.step)} updates`}</span>
      <span class="source">on {text.value?.name ?? info.source}</span>
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
