import { type ReadonlySignal, effect, signal, untracked } from '@preact/signals'
import { attempt, client, model, weights } from './store.ts'
import type { Edit } from 'sluice/inspect'
import type { Look } from './worker/messages.ts'

/** A look at what the model does with a text, taken again when text, model or weights change. */
export interface Watched {
  readonly look: ReadonlySignal<Look | undefined>
  /** Keeps it up to date, until what it returns is called. */
  watch(): () => void
}

/** Watches a text through the model, perhaps with some values changed. */
export function watched(text: () => string, edits: () => readonly Edit[] = () => []): Watched {
  const look = signal<Look | undefined>(undefined)
  let asked = 0
  const take = async (wanted: string, changes: readonly Edit[]): Promise<void> => {
    const number = ++asked
    const found = await client.ask('look', { text: wanted, edits: changes })
    if (number === asked) look.value = found
  }
  return {
    look,
    watch: () =>
      effect(() => {
        const [wanted, changes] = [text(), edits()]
        if (model.value && weights.value > 0) untracked(() => void attempt(() => take(wanted, changes)))
      }),
  }
}
