/*
 * The quiz of the three gates: which values make a cell hold what it has, taking nothing in and giving nothing out?
 * One unit of memory, a content to keep, and events that always come in the same order.
 */

/** Settings of the three gates, 0 closed to 1 open. */
export interface Gates {
  readonly input: number
  readonly forget: number
  readonly output: number
}

/** What happened to the memory. */
export interface Held {
  /** The content after each step. */
  readonly content: readonly number[]
  /** What was let out at each step. */
  readonly given: readonly number[]
  readonly keeps: boolean
  readonly takes: boolean
  readonly gives: boolean
}

/** What the memory holds at the start. */
export const start = 0.8

/** What wants to get in: between -1 and 1, the same for everybody. */
export const events: readonly number[] = Array.from({ length: 40 }, (_unused, step) =>
  Number((((step * step * 17 + step * 29) % 41) / 22 - 0.9).toFixed(2)),
)

/** Change that still counts as holding, and amount that still counts as nothing. */
const tolerance = 0.1

/** Lets the events come, with the gates as they are set. */
export function held({ input, forget, output }: Gates): Held {
  let now = start
  const content: number[] = []
  const given: number[] = []
  for (const event of events) {
    now = forget * now + input * event
    content.push(now)
    given.push(output * Math.tanh(now))
  }
  return {
    content,
    given,
    keeps: Math.abs(forget ** events.length * start - start) <= tolerance,
    takes: input * Math.max(...events.map(Math.abs)) > tolerance,
    gives: Math.max(...given.map(Math.abs)) > tolerance,
  }
}

/** Whether the memory is held, and else what is wrong, in the words of a tradition. */
export function verdict({ keeps, takes, gives }: Held): { readonly right: boolean; readonly text: string } {
  const wrong = [
    keeps ? '' : 'it forgets what it had',
    takes ? 'it takes new things in' : '',
    gives ? 'it gives things out' : '',
  ].filter((part) => part !== '')
  if (wrong.length === 0)
    return { right: true, text: 'Held: the content stays, nothing gets in, nothing gets out.' }
  return { right: false, text: `Not held: ${wrong.join(', and ')}.` }
}
