import { createInterface } from 'node:readline'
import type { Ready, Slice } from './protocol.ts'
import { repeat } from './repeat.ts'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

/** The task of this process: the first line of its input. */
export async function readTask<Task>(): Promise<Task> {
  const { value } = await lines.next()
  return JSON.parse(value as string) as Task
}

/**
 * The side of protocol.ts that works: says `ready`, then does `work` as often and as long as it is asked to.
 * @param times does work for some seconds and measures each time
 */
export async function serve<Result>(
  ready: Ready,
  work: () => Promise<Result>,
  times: (work: () => Promise<Result>, seconds: number, least: number) => Promise<readonly number[]> = repeat,
): Promise<void> {
  say(ready)
  for (;;) {
    const { value, done } = await lines.next()
    if (done) return
    say({ times: await times(work, Number(value), 1) })
  }
}

function say(message: Ready | Slice): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
