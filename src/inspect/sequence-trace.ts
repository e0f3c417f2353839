import { knownKeys } from '../data/index.ts'
import { type SequenceModel, writes } from '../model/index.ts'
import type { Executable, Program } from '../runtime/index.ts'
import type { RuntimeSource } from '../train/index.ts'
import { layersOf } from './adapt.ts'
import { execute } from './executing.ts'
import type { LayerName } from './find.ts'
import { type Reading, observing, outputsOf, readLayer, readingsOf } from './reading.ts'
import {
  type InspectedSequence,
  type LaidSequence,
  batchOf,
  laidSequences,
  readsSource,
  writeBatch,
} from './sequences.ts'
import type { SequenceTrace, TracedLayer, TracedValue } from './traced.ts'
import { valuesOf } from './traced.ts'

/** What is traced of a sequence: as with a text. */
export interface SequenceTraceOptions<Name extends string = string> {
  readonly runtime: RuntimeSource
  readonly names?: readonly Name[]
  readonly layers?: readonly LayerName[]
}

/**
 * Traces of sequences, one after the other; the weights of attention have as many places as the longest has steps.
 * @throws SluiceError as `trace`
 */
export async function* traceSequences<Name extends string = string>(
  model: SequenceModel,
  sequences: readonly InspectedSequence[],
  options: SequenceTraceOptions<Name>,
): AsyncGenerator<SequenceTrace<Name>, void, undefined> {
  knownKeys('trace', options, ['runtime', 'names', 'layers'])
  const laid = await laidSequences(model, sequences, options.runtime)
  const steps = laid.reduce((most, each) => Math.max(most, each.steps), 1)
  const plain = model.program({ rows: 1, steps, training: false, use: 'answer' })
  const readings = readingsOf(layersOf({ program: () => plain }), options)
  const isEmpty = outputsOf(readings).size === 0
  const program = isEmpty ? plain : observing(plain, readings)
  const executable = await execute(model, program, options.runtime)
  try {
    for (const each of laid) {
      await read(model, executable, program, each, steps)
      yield tracedSequence<Name>(model, executable, readings, each)
    }
  } finally {
    executable.dispose()
  }
}

async function read(
  model: SequenceModel,
  executable: Executable,
  program: Program,
  laid: LaidSequence,
  longest: number,
): Promise<void> {
  const batch = batchOf(model, [laid], longest)
  writeBatch(executable, program, batch)
  await executable.run({ steps: batch.steps, mode: 'forward' })
}

function tracedSequence<Name extends string>(
  model: SequenceModel,
  executable: Executable,
  readings: readonly Reading[],
  { example, read: steps, answered }: LaidSequence,
): SequenceTrace<Name> {
  const layers = readings.map((reading) => {
    const layer = readLayer<Name>(reading, (output) => executable.read(output))
    return cut(layer, readsSource(layer.name) ? steps : answered)
  })
  return {
    layers,
    read: steps,
    answered,
    ...(writes(model.config) && { written: Array.from(example.target as ArrayLike<number>) }),
  }
}

/** A layer without the steps of its padding. */
function cut<Name extends string>(layer: TracedLayer<Name>, steps: number): TracedLayer<Name> {
  const values = valuesOf(layer).map((value): readonly [string, TracedValue] => [
    value.name,
    { ...value, data: value.data.slice(0, steps * value.units) },
  ])
  return { ...layer, values: Object.fromEntries(values) as TracedLayer<Name>['values'] }
}
