import type { WindowGraph } from '../graph/index.ts'
import type { Precision } from '../plan/index.ts'

export type { Precision }

/**
 * What a runtime makes executable: a window graph for a fixed number of rows and a longest window.
 *
 * Names: inputs, outputs and parameters have the names of the graph's ports. The gradient of an input or output
 * `NAME` is called `d NAME`.
 */
export interface Program {
  readonly graph: WindowGraph
  /** Rows of the batch, at least 1. */
  readonly rows: number
  /** Longest window, at least 1; a call may be shorter. */
  readonly steps: number
  /** Input of the initial value and output of the final value of each state that windows may carry on. */
  readonly states: readonly { readonly initial: string; readonly final: string }[]
  /** Of its products; absent: as exact as the runtime is. */
  readonly precision?: Precision
  /** Absent: forward only. */
  readonly gradient?: GradientRequest
  /**
   * Keep the states at every so many steps (rounded up to what the runtime can do) and compute everything between them
   * again on the way back: long windows take less memory and about a third more time, and give the same bits. After a
   * call with gradients sequences are gone. Windows whose sequences are reversed, remembered or aligned with labels are
   * refused, and so are gradients of memories that are inputs. Absent: keep everything.
   */
  readonly keepEvery?: number
}

/** Which gradients a program computes beside those of all its parameters. */
export interface GradientRequest {
  /** Outputs to differentiate: a scalar is seeded with 1, any other with what is written to `d NAME`. */
  readonly of: readonly string[]
  /** Inputs whose gradient is wanted, read as `d NAME`. */
  readonly inputs: readonly string[]
  /** Optimizer buffers a parameter needs, 0 to 3. */
  readonly slots: number
  /** Parameters that are not trained: they have no gradient, and updates leave them as they are. */
  readonly frozen?: readonly string[]
  /** Whether an average of the parameters over the updates is kept. */
  readonly average?: boolean
}

/** Rule and numbers of one update. Every number is given; see src/train/optimizers.ts for the formulas. */
export interface UpdateSettings {
  readonly rule: 'sgd' | 'rmsprop' | 'adam' | 'adamw'
  readonly learningRate: number
  readonly momentum: number
  readonly nesterov: boolean
  /** Decay of RMSprop's mean square. */
  readonly alpha: number
  readonly centered: boolean
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
  /** Largest global norm of the gradient; 0 for none. Factor min(1, clipNorm / (norm + 1e-6)). */
  readonly clipNorm: number
  /** Largest absolute entry of the gradient; 0 for none. Applied before the norm. */
  readonly clipValue: number
  /** Number of this update, from 1. */
  readonly count: number
  /** Parameters with a learning rate and a weight decay of their own; the last group that names one counts. */
  readonly groups?: readonly UpdateGroup[]
  /** Share of the new values in their average, 0 to 1, for programs that keep one: average += share (value - average). */
  readonly averageShare?: number
}

/** Parameters that learn at rates of their own. */
export interface UpdateGroup {
  readonly parameters: readonly string[]
  readonly learningRate: number
  readonly weightDecay: number
}

/** One call of an executable. */
export interface Run {
  /** Length of this window, 1 to `Program.steps`. */
  readonly steps: number
  /** `forward`: outputs only. `gradients`: also all gradients. `update` alone: steps is ignored. */
  readonly mode: 'forward' | 'gradients' | 'update'
  /** States start from the finals of the previous call instead of what was written. */
  readonly carry?: boolean
  /** Add to the gradients there are instead of replacing them. */
  readonly accumulate?: boolean
  /** Factor of the gradient of scalar outputs in this call, 1 unless given: its share in what several calls add up. */
  readonly share?: number
  /** With `gradients`: also update, in the same call. Needed with `update`. */
  readonly update?: UpdateSettings
  /** Whether dropout is on; off outside training. */
  readonly training?: boolean
  /** Seed and update number that dropout counts by. */
  readonly seed?: number
  readonly counter?: number
}

/** What one call gives back beside the outputs. */
export interface RunResult {
  /** Value of the output `loss`, where the program has one and it was computed; NaN otherwise. */
  readonly loss: number
  /** Global norm of the gradient before clipping by norm, where there was an update; NaN otherwise. */
  readonly gradientNorm: number
}

/** Buffers of a parameter: its value, its gradient, the optimizer's slots, and the average of its values. */
export type ParameterBuffer = 'value' | 'gradient' | 'slot0' | 'slot1' | 'slot2' | 'average'

/** A program ready to run. All data is row-major: sequences `[steps][rows][size]`, states `[rows][size]`, matrices `[rows][columns]`. */
export interface Executable {
  readonly machine: Machine
  /** Gives an input, or the seed `d NAME` of an output. Sequences may be shorter than `Program.steps`. */
  write(name: string, data: ArrayLike<number>): void
  /**
   * An output, or the gradient `d NAME` of an input, of the last call. After a call with gradients the logits of a loss
   * may be gone (`program-read`).
   */
  read(name: string): Float64Array | Float32Array
  writeParameter(name: string, data: ArrayLike<number>, buffer?: ParameterBuffer): void
  readParameter(name: string, buffer?: ParameterBuffer): Float64Array | Float32Array
  /**
   * One call at a time. One that is known to take a few milliseconds runs on the calling thread, where that is no slower;
   * others never block the event loop (the reference runtime does, for one call).
   */
  run(call: Run): Promise<RunResult>
  /**
   * One call on the calling thread, done when this returns: for calls of much less than a millisecond, to which going
   * through the event loop would add a good part. `undefined`, and nothing done, where `run` must do it: another call
   * has not ended, or parameters were written. Absent where a runtime always goes through the event loop.
   */
  runNow?(call: Run): RunResult | undefined
  /** Frees memory and threads; the executable is dead afterwards. */
  dispose(): void
}

/** What runs a program, for messages and `sluice doctor`. */
export interface Machine {
  readonly runtime: 'reference' | 'native' | 'wasm'
  /** Instruction set: `float64`, `baseline`, `avx2`, `avx512`, `avx512bf16`, `neon`, `simd128`. */
  readonly isa: string
  readonly threads: number
}

/** How programs become executable. */
export interface Runtime {
  readonly machine: Machine
  /** Precisions of programs that it can run and gains by. */
  readonly precisions: readonly Precision[]
  /** @throws Unsupported when the program asks for a precision that the runtime does not have */
  compile(program: Program): Promise<Executable>
  /** About as many bytes as a compiled program takes; absent where nobody counts them. */
  bytes?(program: Program): number
}
