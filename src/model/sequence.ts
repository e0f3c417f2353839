import { addLaterMessages } from '../core/later-messages.ts'
import type { Batch } from '../data/index.ts'
import type { Program } from '../runtime/index.ts'
import { ExampleLayout } from './examples.ts'
import { outputSize } from './head.ts'
import type { Example } from './lay-example.ts'
import { requireAddressable } from './memory.ts'
import { type ProgramOptions, givenWeights } from './model.ts'
import { rewritten } from './rewritten.ts'
import { type SequenceConfig, type SequenceOptions, sequenceConfig, writes } from './sequence-config.ts'
import { type MemoryPorts, type SequenceWindows, sequenceWindows } from './sequence-windows.ts'
import { type Weights, startingWeights } from './start.ts'
import type { WindowUse } from './window-use.ts'

addLaterMessages()

/** What a program of a sequence model is for. */
export interface SequenceProgramOptions extends ProgramOptions {
  /** `loss` unless given. */
  readonly use?: WindowUse
  /** Of a decoder that continues: most places of its memory; as many as `steps` unless given. */
  readonly places?: number
}

/** How outside data is read and answers are written: plain JSON by name. */
export type Codec = Readonly<Record<string, unknown>>

/**
 * A model of sequences of any shape: tokens or vectors in, classes, values or bits out.
 *
 *     sequenceModel({
 *       shape: 'many-to-one',
 *       input: { tokens: 28, embedding: 16 },
 *       output: { classes: 3 },
 *       layers: [mine(32)],
 *     })
 *
 * docs/shapes.md has all shapes.
 * @param codec what is needed to read outside data and to write answers, stored with the model: plain JSON
 * @throws SluiceError `option-value`, `option-unknown`, `model-shape`, `model-too-large`, `model-unsupported`,
 * `dropout-cell`, or `cell-sizes` or `model-layer` where sizes do not fit together
 */
export function sequenceModel(options: SequenceOptions, codec: Codec = {}): SequenceModel {
  return new SequenceModel(sequenceConfig(options), codec)
}

/** A sequence model and its weights; see `sequenceModel`. */
export class SequenceModel {
  readonly config: SequenceConfig
  readonly codec: Codec
  /** Weights by name: `layers.0.Wf`, `head.W`, `embedding.E`. Training writes them in place. */
  readonly parameters: ReadonlyMap<string, Weights>
  /** How examples become batches. */
  readonly layout: ExampleLayout
  readonly #windows: SequenceWindows

  /** Builds a model from its stored configuration; weights start from its seed unless they are given. */
  constructor(
    config: SequenceConfig,
    codec: Codec = {},
    weights?: ReadonlyMap<string, { readonly data: ArrayLike<number> }>,
  ) {
    this.config = config
    this.codec = codec
    this.#windows = sequenceWindows(config)
    const { layers, beside, window, hasBridges } = this.#windows
    this.layout = new ExampleLayout(config, hasBridges)
    const { graph } = window({ training: true, use: 'answer', longest: 1 })
    requireAddressable(graph)
    this.parameters = weights
      ? givenWeights(graph, weights)
      : startingWeights(graph, layers, config.seed, beside)
  }

  /** Number of weights. */
  get size(): number {
    return [...this.parameters.values()].reduce((total, { data }) => total + data.length, 0)
  }

  /** Numbers that it gives at each step: logits, or values, the levels of each side by side. */
  get outputSize(): number {
    return outputSize(this.config.output, this.config.shape)
  }

  /** Of a model that writes: see `Runnable` of training. */
  get rewritten(): ((batch: Batch, output: ArrayLike<number>, isOwn: () => boolean) => Batch) | undefined {
    if (!writes(this.config)) return undefined
    return (batch, output, isOwn) => rewritten(batch, { output, classes: this.outputSize - 1, isOwn })
  }

  /** What a decoder takes from its encoder; of other shapes nothing. */
  get memory(): MemoryPorts {
    return this.#windows.memory
  }

  /** This model with changed programs: its weights, which stay where they are, and some of the change's own. */
  changed(change: (program: Program) => Program, own: ReadonlyMap<string, Weights>): SequenceModel {
    return new ChangedModel(this, change, own)
  }

  /** Steps that an example takes, which is checked. @throws SluiceError `example-shape` or `example-value` */
  stepsOf(example: Example, number: number): number {
    return this.layout.stepsOf(example, number)
  }

  /** Examples side by side, as a program of so many rows and steps takes them. */
  batch(examples: readonly Example[], rows: number, longest: number): Batch {
    return this.layout.batch(examples, rows, longest)
  }

  /** The program that runs this model on `rows` rows, for training or for reading alone. */
  program({
    rows,
    steps,
    training,
    slots = 0,
    use = 'loss',
    places = steps,
  }: SequenceProgramOptions): Program {
    const window = this.#windows.window({ training, use, longest: places })
    return { ...window, rows, steps, ...(training && { gradient: { of: ['loss'], inputs: [], slots } }) }
  }
}

class ChangedModel extends SequenceModel {
  override readonly parameters: ReadonlyMap<string, Weights>
  readonly #of: SequenceModel
  readonly #change: (program: Program) => Program

  constructor(of: SequenceModel, change: (program: Program) => Program, own: ReadonlyMap<string, Weights>) {
    super(of.config, of.codec, of.parameters)
    this.#of = of
    this.#change = change
    this.parameters = new Map([...of.parameters, ...own])
  }

  override program(options: SequenceProgramOptions): Program {
    return this.#change(this.#of.program(options))
  }
}
