import { SluiceError } from '../core/errors.ts'
import type { Batch } from '../data/index.ts'
import { decode } from '../generate/decode.ts'
import { type Example, type Numbers, type SequenceModel, writes } from '../model/index.ts'
import { layExample, layInput, inputSize } from '../model/lay-example.ts'
import type { Executable, Program } from '../runtime/index.ts'
import { type RuntimeSource, predict } from '../train/index.ts'

/** A sequence to look at: what is read, alone or with what is to be answered or written. */
export type InspectedSequence = Numbers | (Pick<Example, 'input'> & Partial<Example>)

/** A sequence with what a model answers or writes, where that is asked for, and its steps. */
export interface LaidSequence {
  readonly example: Pick<Example, 'input'> & Partial<Example>
  /** Steps of a program, steps that are read, and steps that have an answer. */
  readonly steps: number
  readonly read: number
  readonly answered: number
}

/** Whether a model is one of sequences, not of the next token. */
export function isSequenceModel(model: object): model is SequenceModel {
  return 'stepsOf' in model
}

/**
 * Sequences with their steps. What a model that writes writes is what is given as target, or else what it finds likeliest.
 * @param needsTarget whether the answers of others are needed too: those that are not given are the likeliest classes
 * @throws SluiceError `example-shape`, `example-value` or `inspect-sequence`
 */
export async function laidSequences(
  model: SequenceModel,
  given: readonly InspectedSequence[],
  runtime: RuntimeSource,
  needsTarget = false,
): Promise<readonly LaidSequence[]> {
  if (given.length === 0) throw new SluiceError('inspect-sequence/none')
  const all = given.map((each) => (isExample(each) ? each : { input: each }))
  const isWriter = writes(model.config)
  const found = isWriter || needsTarget ? await answersTo(model, all, runtime) : new Map<number, Numbers>()
  return all.map((each, number) => {
    const target = each.target ?? found.get(number)
    if (target === undefined) {
      const read = layInput(model.config, each.input, number).length / inputSize(model.config)
      return { example: each, steps: read, read, answered: read }
    }
    const { steps, read, answered } = layExample(model.config, { ...each, target }, number)
    return { example: { ...each, target }, steps, read, answered }
  })
}

function isExample(given: InspectedSequence): given is Pick<Example, 'input'> & Partial<Example> {
  return typeof given === 'object' && 'input' in given
}

/** What a model says to those that have no target, by their numbers. */
async function answersTo(
  model: SequenceModel,
  all: readonly (Pick<Example, 'input'> & Partial<Example>)[],
  runtime: RuntimeSource,
): Promise<ReadonlyMap<number, Numbers>> {
  const open = [...all.keys()].filter((number) => all[number]!.target === undefined)
  if (open.length === 0) return new Map()
  const inputs = open.map((number) => all[number]!.input)
  if (writes(model.config)) {
    const written = await decode(model, inputs, { runtime })
    return new Map(open.map((number, index) => [number, written[index]!.tokens]))
  }
  if (!('classes' in model.config.output))
    throw new SluiceError('inspect-sequence/target', { number: open[0]! })
  const answers = await predict(model, inputs, { runtime })
  return new Map(open.map((number, index) => [number, answers[index]!.classes!]))
}

/** Side by side what a program reads of some sequences. */
export function batchOf(model: SequenceModel, laid: readonly LaidSequence[], longest: number): Batch {
  const hasTargets = laid.every(({ example }) => example.target !== undefined)
  return hasTargets
    ? model.layout.batch(
        laid.map(({ example }) => example as Example),
        laid.length,
        longest,
      )
    : model.layout.questions(
        laid.map(({ example }) => example),
        laid.length,
      )
}

/** Writes those inputs of a batch that a program has. */
export function writeBatch(executable: Executable, { graph }: Program, { inputs }: Batch): void {
  for (const { name } of graph.inputs) if (inputs[name]) executable.write(name, inputs[name])
}

/** What the steps of a layer are of: what is read, or what is written. */
export type Side = 'read' | 'written'

/** The side of a layer. */
export function sideOf({ config }: SequenceModel, layer: string): Side {
  return writes(config) && !readsSource(layer) ? 'written' : 'read'
}

/** Shown for what a writing model reads before the first token that it wrote. */
const startMark = '\u2402'

/** What layers of a side read at each step, in symbols: of tokens, or of the numbers of steps that read vectors. */
export function symbolsOf(
  { config }: SequenceModel,
  { example }: LaidSequence,
  side: Side,
  symbolOf: (token: number) => string,
): readonly string[] {
  if (side === 'read') {
    const numbers = Array.from(layInput(config, example.input, 0))
    return 'tokens' in config.input
      ? numbers.map(symbolOf)
      : Array.from({ length: numbers.length / inputSize(config) }, (_unused, step) => symbolOf(step))
  }
  return [startMark, ...Array.from(example.target as ArrayLike<number>, symbolOf)]
}

/** The first step that has an answer of its own: one answer to a whole sequence stands at its last. */
export function firstAnswer({ config }: SequenceModel, { answered }: LaidSequence): number {
  return config.shape === 'many-to-one' ? answered - 1 : 0
}

/** Whether a layer goes through what is read where that has steps of its own. */
export function readsSource(layer: string): boolean {
  return layer === 'encoder' || layer.startsWith('encoder.')
}
