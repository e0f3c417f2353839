import { computed } from '@preact/signals'
import { type Range, rangeOf } from '../ui/colour.ts'
import { decimal, percent, visible } from '../ui/format.ts'
import { Matrix } from '../ui/matrix.tsx'
import { flowsOf, valueOf } from './flow.ts'
import type { SeenLayer } from '../worker/messages.ts'
import { at, cell, lit, look, numberAt, seen, telling, unit } from './state.ts'

/** A row of numbers, one for each unit. */
interface Strip {
  readonly name: string
  readonly letter: string
  readonly word: string
  readonly numbers: Float64Array
  readonly range: Range
}

const flow = computed(() => cell.value && flowsOf(cell.value.syntax)[0])

/** Every value of the equations at this step, as the equations name them. */
const valueStrips = computed<readonly Strip[]>(() => {
  const { words, renaming } = telling.value
  return (seen.value?.values ?? []).map(({ name, units, data }) => {
    const isGate = seen.value!.gates.includes(name)
    const word = words[name] ?? (isGate ? 'gate' : seen.value!.states.includes(name) ? 'state' : '')
    return {
      name,
      letter: renaming[name] ?? name,
      word,
      numbers: Float64Array.from(data.subarray(at.value * units, (at.value + 1) * units)),
      range: rangeOf(data, isGate),
    }
  })
})

/** What becomes of the state at this step: what stays of it, what is thrown away, what is written. */
const flowStrips = computed<readonly Strip[]>(() => {
  const found = flow.value
  const layer = seen.value
  const state = layer?.values.find(({ name }) => name === found?.state)
  if (!found || !layer || !state) return []
  const before = Float64Array.from({ length: state.units }, (_unused, k) =>
    numberAt(layer, found.state, at.value - 1, k),
  )
  const of = (part: typeof found.kept): Float64Array => before.map((_old, k) => valueOf(part, reader(k)))
  const kept = of(found.kept)
  const range = rangeOf(state.data, false)
  const strip = (name: string, numbers: Float64Array, own: Range = range): Strip => ({
    name,
    letter: '',
    word: name,
    numbers,
    range: own,
  })
  return [
    strip('before', before),
    strip(
      'thrown away',
      before.map((old, k) => old - kept[k]!),
    ),
    strip('kept', kept),
    strip('written', of(found.written)),
    strip('let out', outputs(layer), { kind: 'signed', most: 1 }),
  ]
})

/** What leaves the cell at this step. */
function outputs(of: SeenLayer): Float64Array {
  const name = cell.value!.syntax.outputs[0]!.name
  const { units, data } = of.values.find((value) => value.name === name) ?? of.values.at(-1)!
  return Float64Array.from(data.subarray(at.value * units, (at.value + 1) * units))
}

/** Reads a unit's numbers at this step: a state's bare name is its value before. */
function reader(k: number) {
  return (name: string, primed: boolean): number => {
    const isState = seen.value!.states.includes(name)
    return numberAt(seen.value, name, isState && !primed ? at.value - 1 : at.value, k)
  }
}

/** All numbers of the cell at one step, unit by unit. */
export function Strips() {
  if (!seen.value) return <p class="hint">Looking …</p>
  const { renaming } = telling.value
  const state = flow.value?.state
  return (
    <>
      <div class="strips" data-testid="strips">
        {valueStrips.value.map((strip) => (
          <StripRow key={strip.name} strip={strip} />
        ))}
      </div>
      {state !== undefined && flowStrips.value.length > 0 && (
        <>
          <h3>What becomes of {renaming[state] ?? state}</h3>
          <div class="strips" data-testid="flow">
            {flowStrips.value.map((strip) => (
              <StripRow key={strip.name} strip={strip} />
            ))}
          </div>
          <Story />
        </>
      )}
    </>
  )
}

function StripRow({ strip: { name, letter, word, numbers, range } }: { readonly strip: Strip }) {
  const units = numbers.length
  return (
    <div
      class={lit.value === name ? 'strip lit' : 'strip'}
      onMouseEnter={() => (lit.value = name)}
      onMouseLeave={() => (lit.value = undefined)}
    >
      <span class="name">
        {letter && <b>{letter}</b>} {word}
      </span>
      <Matrix
        label={`${word || name}: ${units} units`}
        rows={1}
        columns={units}
        range={range}
        value={(_row, column) => numbers[column]!}
        field={[Math.max(3, Math.min(20, 640 / units)), 18]}
        marked={{ column: unit.value }}
        stamp={numbers}
        onPick={({ column }) => (unit.value = column)}
      />
      <span class="number" data-testid={`number-${name}`}>
        {decimal(numbers[unit.value] ?? Number.NaN, 3)}
      </span>
    </div>
  )
}

/** The step of one unit in a sentence. */
function Story() {
  const [before, , kept, written] = flowStrips.value.map(({ numbers }) => numbers[unit.value] ?? 0)
  const symbol = look.value?.symbols[at.value]
  if (symbol === undefined || before === undefined || kept === undefined || written === undefined) return null
  const state = telling.value.renaming[flow.value!.state] ?? flow.value!.state
  const share = Math.abs(before) < 1e-3 ? undefined : kept / before
  return (
    <p class="story" data-testid="story">
      At <b>{visible(symbol)}</b>, unit {unit.value}{' '}
      {share === undefined ? 'had nothing yet' : `kept ${percent(share)} of ${decimal(before)}`}, wrote{' '}
      {decimal(written)}, and holds {state} = {decimal(kept + written)}.
    </p>
  )
}
