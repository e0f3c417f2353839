import { signal } from '@preact/signals'
import { usualCell } from '../cell-choices.ts'
import { lesson } from '../memory/gap.ts'
import { attempt, laneCurves, runLanes } from '../store.ts'
import { Chart } from '../ui/chart.tsx'
import { dashed } from '../ui/stroke.ts'
import { Choice } from '../ui/controls.tsx'
import { decimal } from '../ui/format.ts'
import { hidden, own, reading } from './state.ts'

/** Updates of a race. */
const updates = 500

type Task = 'text' | 'gap'

const tasks = [
  { name: 'text', title: 'the text', hint: 'the text of the Train room' },
  {
    name: 'gap',
    title: 'the gap',
    hint: 'the sentences of the Memory room, with up to 20 words between cause and effect',
  },
] as const

const task = signal<Task>('text')
const racing = signal(false)
/** The name of the reader's cell in the race that is shown. */
const raced = signal('')

async function race(): Promise<void> {
  racing.value = true
  raced.value = own.value.name
  const cells = [own.value, usualCell]
  const settings = { hidden: hidden.value, batch: 16, window: 32, learningRate: 0.01, updates }
  await attempt(() =>
    runLanes({ purpose: 'race', cells, ...settings }, task.value === 'gap' ? lesson() : undefined),
  )
  racing.value = false
}

/** The reader's cell against the LSTM, with the same number of units, on a small task. */
export function Race() {
  const curves = laneCurves.value.race ?? []
  const [mine, lstm] = curves
  return (
    <>
      <p class="row">
        <Choice label="Task" value={task.value} choices={tasks} onChoose={(name) => (task.value = name)} />
        <button
          type="button"
          class="main"
          disabled={racing.value || !('cell' in reading.value)}
          onClick={() => void race()}
        >
          {racing.value ? 'They train …' : 'Race the LSTM'}
        </button>
      </p>
      {mine && lstm && (
        <>
          <p data-testid="race">
            {raced.value}: <b>{decimal(mine.even.at(-1) ?? Number.NaN, 3)}</b>, lstm:{' '}
            <b>{decimal(lstm.even.at(-1) ?? Number.NaN, 3)}</b> nats a symbol after{' '}
            {Math.min(mine.steps.at(-1) ?? 0, lstm.steps.at(-1) ?? 0)} of {updates} updates
          </p>
          <Chart
            label="Losses of both cells over the updates"
            xLabel="update"
            x={longer(mine.steps, lstm.steps)}
            height={220}
            lines={[
              { label: raced.value || 'mine', colour: '--orange', values: mine.even, width: 2 },
              { label: 'lstm', colour: '--blue', values: lstm.even, width: 2, dashes: dashed },
            ]}
          />
        </>
      )}
    </>
  )
}

function longer(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.length > b.length ? a : b
}
