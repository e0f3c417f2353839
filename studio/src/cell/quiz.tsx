import { signal } from '@preact/signals'
import { Slider } from '../ui/controls.tsx'
import { decimal } from '../ui/format.ts'
import { Matrix } from '../ui/matrix.tsx'
import { type Gates, events, held, start, verdict } from './quiz.ts'
import { tradition } from './state.ts'

const gates = signal<Gates>({ input: 0.5, forget: 0.5, output: 0.5 })

const names = {
  gates: { input: 'input gate', forget: 'forget gate', output: 'output gate' },
  memories: { input: 'learn gate', forget: 'forget gate', output: 'use gate' },
} as const

const order = ['input', 'forget', 'output'] as const

/** Which gate values hold a memory? Answered by dragging them and watching. */
export function Quiz() {
  const result = held(gates.value)
  const { right, text } = verdict(result)
  const words = names[tradition.value]
  return (
    <div class="quiz">
      <p>
        A unit holds {start}. Forty events come by. Set the gates so that it still holds {start} in the end,
        took nothing in and gave nothing out.
      </p>
      <div class="sliders">
        {order.map((gate) => (
          <Slider
            key={gate}
            label={words[gate]}
            min={0}
            max={1}
            step={0.01}
            value={gates.value[gate]}
            shown={decimal(gates.value[gate])}
            onInput={(value) => (gates.value = { ...gates.value, [gate]: value })}
          />
        ))}
      </div>
      <Row name="events" numbers={events} />
      <Row name="content" numbers={result.content} />
      <Row name="let out" numbers={result.given} />
      <p class={right ? 'verdict right' : 'verdict'} role="status" data-testid="verdict">
        {right ? '✓ ' : ''}
        {text}
      </p>
    </div>
  )
}

function Row({ name, numbers }: { readonly name: string; readonly numbers: readonly number[] }) {
  return (
    <div class="strip">
      <span class="name">{name}</span>
      <Matrix
        label={`${name} over ${numbers.length} steps`}
        rows={1}
        columns={numbers.length}
        range={{ kind: 'signed', most: 1 }}
        value={(_row, column) => numbers[column] ?? 0}
        field={[16, 18]}
        stamp={numbers}
      />
      <span class="number">{decimal(numbers.at(-1)!)}</span>
    </div>
  )
}
