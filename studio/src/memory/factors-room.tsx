import { effect, signal, untracked } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { client, laneCurves, runLanes, showing, text } from '../store.ts'
import { Choice, Slider } from '../ui/controls.tsx'
import type { CellChoice, Factors } from '../worker/messages.ts'
import { reach } from './bars.ts'
import { LogBars } from './log-bars.tsx'
import { colours, pair, pairUnits } from './pair.ts'

/** Updates of a short training on the text of the model. */
const short = 300

const ownText = signal<string | undefined>(undefined)
const back = signal(40)
const trained = signal<'no' | 'yes'>('no')
const found = signal<readonly Factors[] | undefined>(undefined)
const working = signal(false)

let asked = 0

/** The reader's text, or the beginning of that of the model. */
function shownText(): string {
  return ownText.value ?? (text.value?.content ?? '').slice(0, 60)
}

/** What the models that are there were made for. */
let made: Pick<Wanted, 'cells' | 'content' | 'updates'> | undefined

interface Wanted {
  readonly cells: readonly CellChoice[]
  readonly content: string
  readonly updates: number
  readonly spec: { readonly text: string; readonly back: number }
}

/** Makes the two models anew if it takes others, and measures. */
async function renew({ cells, content, updates, spec }: Wanted): Promise<void> {
  const number = ++asked
  working.value = true
  const isMade = made?.cells === cells && made.content === content && made.updates === updates
  const isMeasured = await showing(async () => {
    if (!isMade) {
      made = { cells, content, updates }
      const common = { hidden: pairUnits, batch: 16, window: 32, learningRate: 0.01 }
      await runLanes({ purpose: 'factors', cells, ...common, updates })
    }
    if (number !== asked) return
    const measured = await client.ask('factors', spec)
    if (number === asked) found.value = measured
  })
  if (number !== asked) return
  working.value = false
  if (!isMeasured) made = undefined
}

/** Measures again whenever cells, text or training change. */
function watchFactors(): () => void {
  return effect(() => {
    const [cells, content] = [pair.value, text.value?.content]
    const updates = trained.value === 'yes' ? short : 0
    const spec = { text: shownText(), back: back.value }
    if (content === undefined || spec.text === '') return
    untracked(() => void renew({ cells, content, updates, spec }))
  })
}

/** What backpropagation through time multiplies, step by step, for two cells. */
export function FactorsRoom() {
  useEffect(watchFactors, [])
  return (
    <>
      <p>
        A gradient goes back from the last character, and every step multiplies it. The upper bars are the
        factors of the single steps, the lower ones what is left of the whole way back to there: far below 1
        it has vanished, far above it explodes.
      </p>
      <div class="row">
        <Choice
          label="Training"
          value={trained.value}
          choices={[
            { name: 'no', title: 'untrained' },
            { name: 'yes', title: `after ${short} updates` },
          ]}
          onChoose={(name) => (trained.value = name)}
        />
        <div class="stretch">
          <Slider
            label="steps back"
            min={5}
            max={80}
            step={1}
            value={back.value}
            shown={String(back.value)}
            onInput={(value) => (back.value = value)}
          />
        </div>
        {working.value && <Progress />}
      </div>
      <textarea
        rows={2}
        dir="auto"
        aria-label="Text to go back through"
        value={shownText()}
        onInput={({ currentTarget }) => (ownText.value = currentTarget.value)}
      />
      {found.value?.map((factors, lane) => (
        <Way key={lane} lane={lane} factors={factors} />
      ))}
    </>
  )
}

function Progress() {
  const curves = laneCurves.value.factors ?? []
  if (trained.value === 'no') return <span class="hint">measuring …</span>
  return <progress max={short} value={Math.min(...curves.map(({ steps }) => steps.at(-1) ?? 0))} />
}

function Way({
  lane,
  factors: { cell, symbols, factors, products },
}: {
  readonly lane: number
  readonly factors: Factors
}) {
  const gone = reach(products)
  return (
    <div class="side way" style={{ '--colour': `var(${colours[lane]})` }} data-testid={`way-${lane}`}>
      <h3>
        {cell}{' '}
        <span class="about">
          {gone === undefined
            ? `still felt after ${products.length} steps`
            : `less than 1 % is left after ${gone} steps`}
        </span>
      </h3>
      <LogBars
        label={`${cell}: factor of each step`}
        factors={factors}
        symbols={symbols}
        scale={{ least: 1e-2, most: 1e1 }}
        height={70}
      />
      <LogBars
        label={`${cell}: product of all steps since`}
        factors={products.toReversed()}
        symbols={symbols}
        scale={{ least: 1e-6, most: 1e2 }}
        height={130}
      />
    </div>
  )
}
