import { SluiceError } from '../core/errors.ts'
import { Stream } from '../core/random.ts'
import {
  type BatchSource,
  Digest,
  type ExampleOrder,
  type ExampleReader,
  type ExampleStream,
  type Holdout,
  exampleBatches,
  oneOf,
  streamBatches,
} from '../data/index.ts'
import type { DataDescription } from './checkpoint.ts'
import type { Settings } from './settings.ts'
import type { DataProvider, TrainingData } from './training-data.ts'
import type { Runnable } from './trainable.ts'

/** A model of examples of some kind, as training needs it. */
export type ExampleModel<Example> = Runnable & ExampleReader<Example>

/** Examples in memory, or those of `streamExamples`. */
export type ExampleSet<Example> = readonly Example[] | ExampleStream<Example>

/** Examples to train on and to validate with. */
export interface ExampleData<Example> {
  readonly training: ExampleSet<Example>
  /** Absent: none. */
  readonly validation?: ExampleSet<Example>
  /** What they are, for messages. */
  readonly name?: string
}

/**
 * Examples in batches by the settings `batch` and `seed`. Of a list alone a part is held out, as the setting `validation`
 * says: `random` by the seed (the default: a tenth), `tail` for the last ones, or `none`.
 * @throws SluiceError `examples-few`, or what the model says of a wrong example
 */
export function exampleProvider<Example>(
  model: ExampleModel<Example>,
  given: readonly Example[] | ExampleData<Example>,
): DataProvider {
  return {
    defaults: { validation: 'random' },
    open: (settings) => openExamples(model, isList(given) ? parted(given, settings) : given, settings),
  }
}

const isList = <Example>(set: ExampleSet<Example> | ExampleData<Example>): set is readonly Example[] =>
  Array.isArray(set)

function openExamples<Example>(
  model: ExampleModel<Example>,
  { training, validation, name = 'the examples' }: ExampleData<Example>,
  { batch: most, seed, patience }: Settings,
): TrainingData {
  if (patience > 0 && !validation) throw new SluiceError('option-value/patience')
  const held = validation && countOf(validation)
  const batch = Math.max(1, Math.min(most, countOf(training)))
  const longest = validation && Math.max(stepsOf(model, training), stepsOf(model, validation))
  return {
    training: batchesOf(model, training, { batch, seed, longest }),
    ...(validation && { validation: batchesOf(model, validation, { batch, longest }) }),
    description: describe(countOf(training), held),
    describe: async () => ({
      examples: await identify(name, [training, ...(validation ? [validation] : [])]),
    }),
  }
}

/** Steps of the longest example. */
function stepsOf<Example>(model: ExampleReader<Example>, set: ExampleSet<Example>): number {
  if (!isList(set)) return set.steps
  return set.reduce((most, example, number) => Math.max(most, model.stepsOf(example, number)), 1)
}

/** The batches of examples, whether they are in memory or not. */
export function batchesOf<Example>(
  model: ExampleReader<Example>,
  set: ExampleSet<Example>,
  order: ExampleOrder,
): BatchSource {
  return isList(set) ? exampleBatches(model, set, order) : streamBatches(model, set, order)
}

/** Examples of a set. */
export function countOf(set: ExampleSet<unknown>): number {
  return isList(set) ? set.length : set.count
}

function describe(trained: number, held: number | undefined): string {
  const count = (value: number): string => value.toLocaleString('en-US')
  return `${count(trained)} examples are trained on, ${held === undefined ? 'none' : count(held)} held out`
}

async function identify(
  name: string,
  sets: readonly ExampleSet<unknown>[],
): Promise<NonNullable<DataDescription['examples']>> {
  const digest = new Digest()
  for (const set of sets) {
    await digest.add(countOf(set))
    for (const part of isList(set) ? set : [set.sha256, set.chunk]) await digest.add(part)
  }
  return { name, count: sets.reduce((sum, set) => sum + countOf(set), 0), sha256: await digest.finish() }
}

/** Holds some of a list out. */
function parted<Example>(examples: readonly Example[], { validation, seed }: Settings): ExampleData<Example> {
  const by = oneOf('validation by', validation.by, ['random', 'tail', 'none'] satisfies Holdout['by'][])
  if (by === 'none') return { training: examples }
  const count = examples.length
  const held = Math.max(1, Math.round(count * validation.fraction))
  if (count === 0) throw new SluiceError('examples-few/none', {})
  if (held >= count) throw new SluiceError('examples-few/split', { count, fraction: validation.fraction })
  const order = by === 'random' ? new Stream(seed, holdoutLabel).shuffle([...examples]) : examples
  return { training: order.slice(0, count - held), validation: order.slice(count - held) }
}

/** Names the order in which examples are held out, apart from those of the epochs. */
const holdoutLabel = 2 ** 32
