import { type Command, Contestant } from './contestant.ts'

/** Another user of the machine: a process that computes all the time. */
const spinner: Command = {
  file: process.execPath,
  args: ['-e', "require('node:fs').writeSync(1, '{}\\n'); for (;;);"],
}

/** Does something while another process keeps one core busy. */
export async function besideBusy<T>(task: () => Promise<T>): Promise<T> {
  const other = await Contestant.start(spinner)
  try {
    return await task()
  } finally {
    other.stop()
  }
}
