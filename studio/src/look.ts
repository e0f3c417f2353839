import { type ReadonlySignal, effect, signal, untracked } from '@preact/signals'
import { client, model, showing, weights } from './store.ts'
import type { Edit } from 'sluice/inspect'
import type { Look, LookSpec } from './worker/messages.ts'

/** A look at what the model does with a text, taken again when text, model or weights change. */
export interface Watched {
  readonly look: ReadonlySignal<Look | undefined>
  /** Keeps it up to date, until what it returns is called. */
  watch(): () => void
}

/** Watches a text through the model, perhaps with some values changed. */
export function watched(text: () => string, edits: () => readonly Edit[] = () => []): Watched {
  const look = signal<Look | undefined>(undefined)
  /** What is to be looked at next; only the latest counts. */
  let next: LookSpec | undefined
  let isLooking = false
  const take = async (): Promise<void> => {
    if (isLooking) return
    isLooking = true
    for (let spec = next; spec; spec = next) {
      next = undefined
      const wanted = spec
      await showing(async () => {
        const found = await client.ask('look', wanted)
        if (!next) look.value = found
      })
    }
    isLooking = false
  }
  return {
    look,
    watch: () =>
      effect(() => {
        const [wanted, changes] = [text(), edits()]
        if (!model.value || weights.value === 0) return
        next = { text: wanted, edits: changes }
        untracked(() => void take())
      }),
  }
}
