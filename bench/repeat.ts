/** Does `work` for some seconds and at least `least` times; gives the seconds of each. */
export async function repeat(
  work: () => Promise<unknown>,
  seconds: number,
  least: number,
): Promise<readonly number[]> {
  const times: number[] = []
  const end = performance.now() + seconds * 1000
  do {
    const start = performance.now()
    await work()
    times.push((performance.now() - start) / 1000)
  } while (times.length < least || performance.now() < end)
  return times
}
