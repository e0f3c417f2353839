import { type ReadonlySignal, effect, signal, untracked } from '@preact/signals'
import { client, model, showing, weights } from './store.ts'
import type { Edit } from 'sluice/inspect'
import type { Look } from './worker/messages.ts'

/** An answer of the worker about the model, asked for again when the question, the model or its weights change. */
export interface Watched<Answer> {
  readonly answer: ReadonlySignal<Answer | undefined>
  /** Keeps it up to date, until what it returns is called. */
  watch(): () => void
}

/** Watches the answer to a question; undefined where there is none to be asked. Only the latest question counts. */
export function watched<Question, Answer>(
  question: () => Question | undefined,
  ask: (question: Question) => Promise<Answer>,
): Watched<Answer> {
  const answer = signal<Answer | undefined>(undefined)
  /** What is to be asked next. */
  let next: Question | undefined
  let isAsking = false
  const take = async (): Promise<void> => {
    if (isAsking) return
    isAsking = true
    for (let wanted = next; wanted !== undefined; wanted = next) {
      next = undefined
      const asked = wanted
      await showing(async () => {
        const found = await ask(asked)
        if (next === undefined) answer.value = found
      })
    }
    isAsking = false
  }
  return {
    answer,
    watch: () =>
      effect(() => {
        const wanted = question()
        if (!model.value || weights.value === 0 || wanted === undefined) return
        next = wanted
        untracked(() => void take())
      }),
  }
}

/** Watches a text through the model, perhaps with some values changed. */
export function watchedLook(text: () => string, edits: () => readonly Edit[] = () => []): Watched<Look> {
  return watched(
    () => ({ text: text(), edits: edits() }),
    (spec) => client.ask('look', spec),
  )
}
