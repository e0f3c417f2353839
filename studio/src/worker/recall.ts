import type { Model } from 'sluice'
import { Session } from 'sluice/train'
import { countries, languageSymbols, longestGap, question } from '../memory/gap.ts'
import { softmax } from './look.ts'
import type { Recall } from './messages.ts'
import { studioRuntime } from './runtime.ts'

/** How probable a model finds each language after each country, over every gap. */
export async function recallOf(model: Model): Promise<Recall> {
  const { runtime } = await studioRuntime()
  const rows = countries.length
  const longest = longestGap + 3
  const session = await Session.open(model, runtime, { rows, steps: longest, training: false })
  try {
    const gaps: (readonly (readonly number[])[])[] = []
    for (let gap = 0; gap <= longestGap; gap++) gaps.push(await asked(session, model, gap))
    return gaps
  } finally {
    session.dispose()
  }
}

/** One question for each country at once: a row of probabilities for each. */
async function asked(
  session: Session,
  { vocabulary }: Model,
  gap: number,
): Promise<readonly (readonly number[])[]> {
  const rows = countries.map((_country, number) => vocabulary.encode(question(number, gap)))
  const steps = gap + 3
  const tokens = Int32Array.from(
    { length: steps * rows.length },
    (_unused, i) => rows[i % rows.length]![Math.floor(i / rows.length)]!,
  )
  session.reset()
  await session.run({ steps, inputs: { tokens } }, { mode: 'forward', training: false })
  const logits = session.read('logits')
  const { size } = vocabulary
  return rows.map((_row, row) => {
    const from = ((steps - 1) * rows.length + row) * size
    const chances = softmax(logits.subarray(from, from + size))
    return languageSymbols.map((symbol) => chances[vocabulary.token(symbol)!]!)
  })
}
