import type { StepGraph } from './types.ts'
import type { Builder } from './builder.ts'
import { type MemoryInputs, memoryInputs, plainStep } from './memory.ts'

/** What a layer is made of: nodes of a window graph, in the order of the step's ports. */
export interface LayerInputs {
  readonly sequences: readonly number[]
  readonly initial: readonly number[]
  readonly parameters: readonly number[]
  /** What the step attends to, in the order of its memories. */
  readonly memories?: readonly MemoryInputs[]
  /** The length of each row; absent where all are as long as the window. */
  readonly lengths?: number | undefined
  /** Whether each row is read from its end to its beginning. */
  readonly isReverse?: boolean
  /** Leaves what was read in reverse in the order in which it was read: the last state stands at the row's last step. */
  readonly staysReversed?: boolean
}

/** Nodes of a layer: a sequence for each output of the step, in the order of time unless it stays reversed, and the final value of each state. */
export interface Layer {
  readonly outputs: readonly number[]
  readonly finals: readonly number[]
}

/**
 * Runs a step over sequences in a window graph, each row up to its own length: at and after it outputs are zero and
 * states stand still, so that finals are those of the row's last step (of its first, in reverse).
 */
export function addLayer(build: Builder, step: StepGraph, inputs: LayerInputs): Layer {
  const { sequences, initial, parameters, lengths, isReverse = false, staysReversed } = inputs
  const beside = lengths === undefined ? [] : [lengths]
  const turned = (sequence: number): number =>
    isReverse ? build.add('reverse', [sequence, ...beside]) : sequence
  const still = memoryInputs(build, step, inputs.memories ?? [], parameters)
  const scan = build.add('scan', [...sequences.map(turned), ...still, ...initial, ...parameters, ...beside], {
    step: plainStep(step),
    ...(beside.length > 0 && { masked: true }),
  })
  const pick = (index: number): number => build.add('pick', [scan], { index })
  return {
    outputs: step.outputs.map((_output, index) => (staysReversed ? pick(index) : turned(pick(index)))),
    finals: step.states.map((_state, index) => pick(step.outputs.length + index)),
  }
}

/**
 * What a state starts from when it is learned: the parameter `learned` in every row; with `begins`, only in rows where
 * that number (an input, one a row) is not 0, and elsewhere `given`, which an earlier window left.
 */
export function learnedStart(
  build: Builder,
  learned: number,
  carried?: { readonly begins: number; readonly given: number },
): number {
  const spread = build.add('spread', [learned], { extent: 'row' })
  return carried ? build.add('select', [carried.begins, spread, carried.given]) : spread
}
