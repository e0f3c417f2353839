/** Does `work` for some seconds and at least `least` times; gives the seconds of each. */
export function repeat(
  work: () => Promise<unknown>,
  seconds: number,
  least: number,
): Promise<readonly number[]> {
  const timed = async (): Promise<number> => {
    const start = performance.now()
    await work()
    return (performance.now() - start) / 1000
  }
  return repeatTimed(timed, seconds, least)
}

/** The same for work that tells how many seconds of it count. */
export async function repeatTimed(
  work: () => Promise<number>,
  seconds: number,
  least: number,
): Promise<readonly number[]> {
  const times: number[] = []
  const end = performance.now() + seconds * 1000
  do times.push(await work())
  while (times.length < least || performance.now() < end)
  return times
}
