import { type Layer, type SequenceModel, openRuntime } from 'sluice'
import { rocArea } from 'sluice/measure'
import { stackWindow } from 'sluice/model'
import { type Story, vocabulary } from './stories.ts'

/** The cell state of a model's only layer after the gap of each story: `[story][unit]`. */
export async function memoryAfterGap(
  { parameters }: SequenceModel,
  layer: Layer,
  all: readonly Story[],
): Promise<readonly (readonly number[])[]> {
  const { graph, states, size } = stackWindow({
    input: { symbols: vocabulary.length },
    layers: [layer],
    lengths: true,
  })
  const steps = Math.max(...all.map(({ gapEnd }) => gapEnd))
  const runtime = await openRuntime()
  const executable = await runtime.compile({ graph, states, rows: all.length, steps })
  for (const { name } of graph.parameters) executable.writeParameter(name, parameters.get(name)!.data)
  const tokens = new Int32Array(steps * all.length).fill(-1)
  all.forEach(({ input, gapEnd }, row) => {
    for (let step = 0; step < gapEnd; step++) tokens[step * all.length + row] = input[step]!
  })
  executable.write('tokens', tokens)
  executable.write(
    'lengths',
    all.map(({ gapEnd }) => gapEnd),
  )
  await executable.run({ steps, mode: 'forward' })
  const memory = Array.from(executable.read('layers.0.c next'))
  executable.dispose()
  return all.map((_story, row) => memory.slice(row * size, (row + 1) * size))
}

/** A unit that holds a fact. */
export interface Holder {
  readonly unit: number
  /** Area under the curve on stories that had no part in choosing the unit: 0.5 says nothing, 1 everything. */
  readonly area: number
}

/** The unit that tells best whether a fact is true, chosen by the stories with even numbers and measured on the others. */
export function holderOf(memory: readonly (readonly number[])[], fact: readonly boolean[]): Holder {
  const areas = (part: 0 | 1): readonly number[] => {
    const own = memory.map((_row, index) => index).filter((index) => index % 2 === part)
    const truth = own.map((index) => fact[index]!)
    return memory[0]!.map((_value, unit) =>
      rocArea(
        truth,
        own.map((index) => memory[index]![unit]!),
      ),
    )
  }
  const chosenBy = areas(0)
  const distance = chosenBy.map((area) => Math.abs(area - 0.5))
  const unit = distance.indexOf(Math.max(...distance))
  const area = areas(1)[unit]!
  return { unit, area: chosenBy[unit]! < 0.5 ? 1 - area : area }
}
