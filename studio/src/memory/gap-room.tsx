import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { attempt, client, laneCurves, runLanes } from '../store.ts'
import { Chart } from '../ui/chart.tsx'
import { dashed } from '../ui/stroke.ts'
import { Field, Slider } from '../ui/controls.tsx'
import { percent } from '../ui/format.ts'
import type { Recall } from '../worker/messages.ts'
import { countries, languages, lesson, longestGap, questionText, trainedGap } from './gap.ts'
import { colours, pair, pairUnits } from './pair.ts'

/** Updates that each of the two learns from. */
const updates = 1000

const gap = signal(8)
const country = signal(0)
/** What each of two cells remembers, and which they are. */
const recalls = signal<readonly { readonly name: string; readonly recall: Recall }[] | undefined>(undefined)
const learning = signal(false)

async function learn(): Promise<void> {
  learning.value = true
  recalls.value = undefined
  const common = { hidden: pairUnits, batch: 32, window: 32, learningRate: 0.02, updates }
  const cells = pair.value
  await attempt(async () => {
    await runLanes({ purpose: 'gap', cells, ...common }, lesson())
    const found = await client.ask('recall')
    if (pair.value === cells)
      recalls.value = found.map((recall, lane) => ({ name: cells[lane]!.name, recall }))
  })
  learning.value = false
}

/** Share of right answers over all countries, gap by gap. */
function rightOf(recall: Recall): readonly number[] {
  return recall.map((rows) => rows.reduce((sum, row, number) => sum + row[number]!, 0) / rows.length)
}

/** The sentence with a gap: which cell still knows what came before it? */
export function GapRoom() {
  useEffect(() => pair.subscribe(() => (recalls.value = undefined)), [])
  return (
    <>
      <p>
        Both cells learn the same made-up sentences, {trainedGap} words of gap at most. Then the gap is yours:
        who still knows the language?
      </p>
      <p class="row">
        <button type="button" class="main" disabled={learning.value} onClick={() => void learn()}>
          {learning.value ? 'They learn …' : recalls.value ? 'Teach them again' : 'Teach both'}
        </button>
        {learning.value && <Progress />}
      </p>
      <div class="row">
        <Field label="country">
          <select
            value={country.value}
            onChange={({ currentTarget }) => (country.value = Number(currentTarget.value))}
          >
            {countries.map((name, number) => (
              <option key={name} value={number}>
                {name}
              </option>
            ))}
          </select>
        </Field>
        <div class="stretch">
          <Slider
            label="gap"
            min={0}
            max={longestGap}
            step={1}
            value={gap.value}
            shown={`${gap.value} words`}
            onInput={(value) => (gap.value = value)}
          />
        </div>
      </div>
      <p class="sentence" data-testid="sentence">
        {questionText(country.value, gap.value)}
      </p>
      {recalls.value && <Answers recalls={recalls.value} />}
    </>
  )
}

function Progress() {
  const done = laneCurves.value.gap?.map(({ steps }) => steps.at(-1) ?? 0) ?? []
  return <progress max={updates} value={Math.min(...done)} />
}

function Answers({ recalls: all }: { readonly recalls: NonNullable<typeof recalls.value> }) {
  const gaps = Array.from({ length: longestGap + 1 }, (_unused, index) => index)
  return (
    <>
      <div class="answers">
        {all.map(({ name, recall }, lane) => (
          <div
            key={lane}
            class="side"
            style={{ '--colour': `var(${colours[lane]})` }}
            data-testid={`answer-${lane}`}
          >
            <h3>{name}</h3>
            {languages.map((language, number) => {
              const chance = recall[gap.value]![country.value]![number]!
              return (
                <div key={language} class={number === country.value ? 'chance right' : 'chance'}>
                  <span>{language}</span>
                  <i style={{ '--share': chance }} />
                  <span class="number">{percent(chance)}</span>
                </div>
              )
            })}
          </div>
        ))}
      </div>
      <Chart
        label="Probability of the right language over the gap, for both cells"
        xLabel={`gap in words (trained up to ${trainedGap})`}
        x={gaps}
        height={200}
        yRange={[0, 1]}
        lines={all.map(({ name, recall }, lane) => ({
          label: lane > 0 && name === all[0]!.name ? `${name} (2)` : name,
          colour: colours[lane]!,
          values: rightOf(recall),
          width: 2.5,
          ...(lane === 0 && { dashes: dashed }),
        }))}
      />
    </>
  )
}
