import { signal } from '@preact/signals'
import { attempt, client } from '../store.ts'
import { decimal } from '../ui/format.ts'
import type { Found } from '../worker/messages.ts'
import { mark } from './heat-map.tsx'
import { chosenName, layer, look, order, scores } from './state.ts'
import { strength } from './strength.ts'

const found = signal<readonly Found[] | undefined>(undefined)
const searching = signal(false)
const expression = signal('')
/** The detection that the units are ordered by. */
const shown = signal<string | undefined>(undefined)

/** What the oracles are called for people. */
const titles: Readonly<Record<string, string>> = {
  quotes: 'inside quotes',
  brackets: 'inside brackets',
  'line position': 'place in the line',
  'line end': 'a line end comes next',
  'paragraph end': 'a paragraph ends next',
  'word length': 'letters of the word so far',
  'sentence start': 'a sentence begins',
  indentation: 'indentation',
}

async function search(): Promise<void> {
  searching.value = true
  await attempt(async () => {
    const own = expression.value.trim()
    found.value = await client.ask('detect', own === '' ? {} : { expression: own })
  })
  searching.value = false
}

/** Marks the best unit of a detection, and puts the units into its order. */
function show({ oracle, best }: Found): void {
  const [first] = best
  if (!first) return
  shown.value = oracle
  layer.value = look.value?.layers.findIndex(({ name }) => name === first.layer) ?? 0
  chosenName.value = first.name
  scores.value = new Map(
    best
      .filter((each) => each.layer === first.layer && each.name === first.name)
      .map((each) => [each.unit, strength(each)]),
  )
  order.value = 'score'
  mark(first.unit)
}

/** Which unit tells what? A search through all states of the model, on the text that it learns from. */
export function Detectors() {
  return (
    <>
      <p class="row">
        <button type="button" class="main" disabled={searching.value} onClick={() => void search()}>
          {searching.value ? 'Searching …' : 'Search all units'}
        </button>
        <input
          type="text"
          class="wish"
          aria-label="A regular expression of your own"
          placeholder="and a regular expression, such as \bthe\b"
          value={expression.value}
          onInput={({ currentTarget }) => (expression.value = currentTarget.value)}
        />
      </p>
      {found.value && (
        <p class="hint">
          Choose a finding: the map marks its best unit and takes its order, and below you can hold it.
        </p>
      )}
      {found.value && (
        <ul class="detections" data-testid="detections">
          {found.value.map((each) => (
            <li key={each.oracle} class={each.oracle === shown.value ? 'lit' : ''}>
              <Detection found={each} />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

/** The area under the curve of a unit that is high where the answer is yes, or low. */
function areaText({ score }: Found['best'][number]): string {
  return score < 0.5 ? `AUC ${decimal(1 - score)}, low there` : `AUC ${decimal(score)}`
}

function Detection({ found: each }: { readonly found: Found }) {
  const { oracle, measure, best, isFound, chance } = each
  const title = titles[oracle] ?? oracle
  const [first] = best
  if (!first) return <span class="hint">{title}: the text always says the same</span>
  const number = measure === 'auc' ? areaText(first) : `R² ${decimal(first.score)}`
  return (
    <button type="button" class="quiet" aria-pressed={oracle === shown.value} onClick={() => show(each)}>
      <span>{title}</span>
      <span class="bar" style={{ '--share': strength(first) }} />
      <span>
        {isFound ? (
          <>
            <b>
              {first.name} {first.unit}
            </b>
            , {number}
          </>
        ) : (
          `no unit is better than chance (best ${number}, chance ${decimal(chance)})`
        )}
      </span>
    </button>
  )
}
