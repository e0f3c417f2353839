import type { InitSpec, Machine } from 'sluice'
import type { Edit, GradientCheck, GradientFlow, Saturation } from 'sluice/inspect'
import type { Shown } from '../run/run-file.ts'

/*
 * What page and worker say to each other. The page asks by name and gets one answer; the worker tells of a training
 * under way in events. Everything here passes through `postMessage`.
 */

/** A cell as it travels: its equations, and how its parameters start. */
export interface CellChoice {
  readonly name: string
  readonly equations: string
  readonly init: InitSpec
}

/** What a model is made of. */
export interface ModelSpec {
  readonly cell: CellChoice
  readonly hidden: number
  readonly layers: number
  readonly seed: number
}

/** A model, as the page knows it. */
export interface ModelInfo {
  /** Changes with every model: what was computed from another one is stale. */
  readonly id: number
  /** The cell of each layer, and how many units it has. */
  readonly layers: readonly { readonly cell: CellChoice; readonly units: number }[]
  readonly symbols: readonly string[]
  /** Number of weights. */
  readonly weights: number
  /** Updates that its weights have had in this page. */
  readonly step: number
  /** Whether it came from a file or a run, and may have learned before. */
  readonly isLoaded: boolean
  /** What it was made from or loaded from. */
  readonly source: string
}

/** A text that was read. */
export interface TextInfo {
  readonly name: string
  /** Characters, Unicode code points. */
  readonly length: number
  readonly symbols: number
}

/** A file of a text. */
export interface TextFile {
  readonly name: string
  readonly bytes: Uint8Array
  /** Whether more bytes follow, which are left out: the last character may be torn. */
  readonly isCut: boolean
  /** Label of an encoding, such as `windows-1252`; absent: UTF-8. */
  readonly encoding?: string
}

/** Settings of a training. */
export interface TrainSpec {
  readonly batch: number
  readonly window: number
  readonly learningRate: number
  /** Updates to make from now on. */
  readonly steps: number
}

/** A run that was opened. */
export interface OpenedRun {
  readonly model: ModelInfo
  readonly text: TextInfo & { readonly content: string }
  readonly spec: TrainSpec
  readonly shown: Shown
  /** Whether all its updates are done; otherwise it waits to go on. */
  readonly isOver: boolean
  /** Why it will not go on to the same bits, if so, one line each. */
  readonly notes: readonly string[]
}

/** A point of the curves. Losses in nats a character. */
export interface Point {
  readonly step: number
  readonly loss: number
  readonly validation?: number
}

/** What models of several cells are trained side by side for. */
export type Purpose = 'factors' | 'gap' | 'race'

/** Models side by side. */
export interface LaneSpec {
  readonly purpose: Purpose
  readonly cells: readonly CellChoice[]
  readonly hidden: number
  readonly batch: number
  readonly window: number
  readonly learningRate: number
  /** 0 leaves them untrained. */
  readonly updates: number
}

/** Probabilities `[gap][country][language]` of a model. */
export type Recall = readonly (readonly (readonly number[])[])[]

/** What backpropagation through time multiplies. */
export interface Factors {
  readonly cell: string
  /** The characters of the steps. */
  readonly symbols: readonly string[]
  /** Norm of the derivative of the state after each character with respect to the one before it. */
  readonly factors: Float64Array
  /** Entry k: norm of the derivative of the last state with respect to the one k + 1 steps before. */
  readonly products: Float64Array
}

/** What happens in the worker by itself. */
export type Event =
  | {
      readonly kind: 'progress'
      readonly points: readonly Point[]
      readonly tokensPerSecond: number
      readonly learningRate: number
      readonly epoch: number
    }
  | {
      readonly kind: 'lane'
      readonly purpose: Purpose
      readonly lane: number
      readonly points: readonly Point[]
    }
  | { readonly kind: 'sample'; readonly step: number; readonly text: string }
  | { readonly kind: 'ended'; readonly model: ModelInfo }
  | {
      readonly kind: 'failed'
      readonly failure: Failure
      /** The model as it was before; absent where the worker itself failed. */
      readonly model?: ModelInfo
    }

/** An error that travels. */
export interface Failure {
  /** A stable identifier for those that people can do something about. */
  readonly code?: string
  readonly message: string
}

/** What the worker runs on. */
export interface MachineInfo {
  readonly machine: Machine
  /** Why it is not the fastest, for people. */
  readonly note?: string
}

/** How to sample. */
export interface SampleSpec {
  readonly prime: string
  /** Only so many of its first symbols are read; all unless given. */
  readonly steps?: number
  readonly length: number
  readonly temperature: number
  readonly seed: number
  /** Values of the cells that are changed meanwhile. */
  readonly edits?: readonly Edit[]
}

/** What is looked at: a text, perhaps with some values of the cells changed. */
export interface LookSpec {
  readonly text: string
  readonly edits?: readonly Edit[]
}

/** A named value of a layer at every step: row-major `[steps][units]`. */
export interface SeenValue {
  readonly name: string
  readonly units: number
  readonly data: Float32Array
}

/** The values of a layer, in the order of its equations. */
export interface SeenLayer {
  readonly name: string
  readonly cell: string
  readonly states: readonly string[]
  /** Names of the values that are between 0 and 1. */
  readonly gates: readonly string[]
  readonly values: readonly SeenValue[]
}

/** A symbol and how probable the model finds it. */
export interface Guess {
  readonly symbol: string
  readonly probability: number
}

/** What a model does with a text: entry t of everything stands for the moment after symbol t was read. */
export interface Look {
  readonly symbols: readonly string[]
  /** Characters that were left out because the model does not know them. */
  readonly unknown: number
  readonly layers: readonly SeenLayer[]
  /** The most probable next symbols after each. */
  readonly guesses: readonly (readonly Guess[])[]
  /** Mean loss of the text's own symbols, in nats. */
  readonly loss: number
}

/** What was found for one detector: its units, the best first. */
export interface Found {
  readonly oracle: string
  readonly measure: 'auc' | 'r2'
  /** What the best of all units stays below by chance. */
  readonly chance: number
  readonly isFound: boolean
  readonly best: readonly {
    /** Name of the layer. */
    readonly layer: string
    readonly name: string
    readonly unit: number
    readonly score: number
    readonly measure: 'auc' | 'r2'
  }[]
}

/** How often a gate of a layer is all but closed or all but open. */
export type SeenGate = Pick<Saturation, 'layer' | 'name' | 'closed' | 'open' | 'mean'>

/** A prediction that is explained. */
export interface SaliencySpec {
  readonly text: string
  /** Number of the symbol that it follows. */
  readonly at: number
  /** The symbol whose probability is explained. */
  readonly symbol: string
}

/** What each symbol before a prediction does to it. */
export interface Reasons {
  /** The symbols, the last of which the prediction follows. */
  readonly symbols: readonly string[]
  /** For each, above zero where it speaks for the prediction. */
  readonly products: Float64Array
  readonly target: string
  readonly probability: number
}

/** What the page can ask for. */
export interface Calls {
  machine(): Promise<MachineInfo>
  /** The text of a file in some encoding. */
  decode(file: TextFile): Promise<string>
  /** Reads the text to train on. */
  read(text: string, name: string): Promise<TextInfo>
  /** A new model for the text that was read. */
  make(spec: ModelSpec): Promise<ModelInfo>
  /** The model of a file's bytes. */
  load(bytes: Uint8Array, name: string): Promise<ModelInfo>
  /** The model as a file. */
  save(): Promise<Uint8Array<ArrayBuffer>>
  start(spec: TrainSpec): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<void>
  rate(learningRate: number): Promise<void>
  /** Notes what the training under way, or the last one, goes on from; all events before it come before the answer. */
  checkpoint(): Promise<void>
  /** The training as it was noted last, as a file. @param folder that it is unpacked to */
  saveRun(shown: Shown, folder: string): Promise<Uint8Array<ArrayBuffer>>
  /** Takes text, model and training of a file, which then waits to go on. Where that fails nothing changes. */
  openRun(bytes: Uint8Array, name: string): Promise<OpenedRun>
  sample(spec: SampleSpec): Promise<string>
  /** Trains models of several cells on the same text; events tell how it goes. Absent text: that which was read. */
  lanes(spec: LaneSpec, content?: string): Promise<void>
  /** Compares the derivative of a cell with finite differences. */
  check(cell: CellChoice): Promise<GradientCheck>
  /** Factors of the models of the lanes of `factors`, over the last `back` steps of a text. */
  factors(spec: { readonly text: string; readonly back: number }): Promise<readonly Factors[]>
  /** What the models of the lanes of `gap` remember. */
  recall(): Promise<readonly Recall[]>
  /** Searches the units for detectors, also of a regular expression. */
  detect(spec: { readonly expression?: string }): Promise<readonly Found[]>
  /** How open the gates are on a text. */
  saturation(text: string): Promise<readonly SeenGate[]>
  /** How far gradients of the model reach on the text that it learns from. */
  flow(): Promise<GradientFlow>
  /** Which symbols speak for a prediction. */
  saliency(spec: SaliencySpec): Promise<Reasons>
  /** Everything that the model does with a text. */
  look(spec: LookSpec): Promise<Look>
}

export type CallName = keyof Calls

/** A question of the page. */
export interface Question {
  readonly id: number
  readonly name: CallName
  readonly given: readonly unknown[]
}

/** What the worker posts. */
export type Posted =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: Failure }
  | { readonly event: Event }
