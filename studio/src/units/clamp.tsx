import { effect, signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { client, showing, weights } from '../store.ts'
import { Slider } from '../ui/controls.tsx'
import { decimal, percent, visible } from '../ui/format.ts'
import type { Guess } from '../worker/messages.ts'
import { fork } from './difference.ts'
import { at, bounds, changed, clamp, edits, look, readText, unit, value } from './state.ts'

/** Characters that are written with the unit held and without. */
const written = 120

const texts = signal({ before: '', after: '' })
let asked = 0

/** Writes on from the marked character, with the unit held and without; waits while the reader still drags. */
function watchTexts(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = effect(() => {
    const spec = { prime: readText.value, steps: at.value + 1, length: written, temperature: 0.5, seed: 1 }
    const changes = edits.value
    const number = ++asked
    clearTimeout(timer)
    if (!look.value?.symbols.length || weights.value === 0) return
    timer = setTimeout(() => {
      void showing(async () => {
        const before = await client.ask('sample', spec)
        const after = changes.length === 0 ? before : await client.ask('sample', { ...spec, edits: changes })
        if (number === asked) texts.value = { before, after }
      })
    }, 120)
  })
  return () => {
    clearTimeout(timer)
    stop()
  }
}

/** Holds the marked unit at a number, and shows what that changes. */
export function Clamp() {
  useEffect(watchTexts, [])
  if (!value.value) return null
  const [least, most] = bounds.value
  const { shared, before, after } = fork(texts.value.before, texts.value.after)
  const held = clamp.value
  return (
    <>
      <Slider
        label={`unit ${unit.value} of ${value.value.name}`}
        min={least}
        max={most}
        step={(most - least) / 200}
        value={held ?? 0}
        shown={held === undefined ? 'free' : `held at ${decimal(held)}`}
        onInput={(number) => (clamp.value = number)}
      />
      <p class="row">
        <button type="button" disabled={held === undefined} onClick={() => (clamp.value = undefined)}>
          Let it go
        </button>
        <button type="button" onClick={() => (clamp.value = 0)}>
          Hold at 0
        </button>
        <span class="about" data-testid="loss-change">
          {held === undefined ? `loss on this text ${decimal(look.value?.loss ?? 0, 3)}` : lossChange()}
        </span>
      </p>
      <h3>The next character</h3>
      <Guesses name="as it is" guesses={look.value?.guesses[at.value]} />
      {held !== undefined && <Guesses name="held" guesses={changed.answer.value?.guesses[at.value]} />}
      <h3>How it goes on</h3>
      <pre class="went" dir="auto" data-testid="went-on">
        {shared}
        <span>{before}</span>
      </pre>
      {held !== undefined && (
        <pre class="went held" dir="auto" data-testid="went-held">
          {shared}
          <mark>{after}</mark>
        </pre>
      )}
    </>
  )
}

function lossChange(): string {
  const [before, after] = [look.value?.loss ?? 0, changed.answer.value?.loss ?? 0]
  const change = after - before
  return `loss on this text ${decimal(before, 3)} → ${decimal(after, 3)} (${change < 0 ? '' : '+'}${decimal(change, 3)})`
}

function Guesses({
  name,
  guesses = [],
}: {
  readonly name: string
  readonly guesses?: readonly Guess[] | undefined
}) {
  return (
    <p class="next" data-testid={`guesses-${name}`}>
      <em>{name}</em>
      {guesses.map(({ symbol, probability }) => (
        <span key={symbol} style={{ '--share': probability }}>
          <b>{visible(symbol)}</b> {percent(probability)}
        </span>
      ))}
    </p>
  )
}
