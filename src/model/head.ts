import type { Attributes } from '../graph/index.ts'
import { dense } from './layer.ts'
import { type SequenceOutput, type Shape, type ValuesOutput, writes } from './sequence-config.ts'
import type { NamedStep, WindowWriter } from './window-writer.ts'

/** Numbers that a model gives at each step: logits, or values, the levels of each side by side. */
export function outputSize(output: SequenceOutput, shape: Shape): number {
  if ('classes' in output) return writes({ shape }) ? output.classes + 1 : output.classes
  if ('values' in output) return output.values * levelCount(output)
  return 'bits' in output ? output.bits : output.ctc + 1
}

/** Numbers that a target has at each step; a class, or a label, is one. */
export function targetSize(output: SequenceOutput): number {
  if ('values' in output) return output.values
  return 'bits' in output ? output.bits : 1
}

function levelCount({ loss, levels }: ValuesOutput): number {
  return loss === 'quantile' ? levels!.length : 1
}

/** The read-out: one dense layer, of values with an activation. */
export function headStep(output: SequenceOutput, shape: Shape, input: number): NamedStep {
  const activation = 'values' in output ? output.activation : undefined
  const { cell, sizes } = dense(outputSize(output, shape), activation)
  return { name: 'head', step: cell.graph({ ...sizes, input }) }
}

/** Writes the loss of an output into a window, and the inputs that it needs. */
export function addLoss(
  window: WindowWriter,
  output: SequenceOutput,
  read: number,
  { shape, lengths, longest }: { readonly shape: Shape; readonly lengths: number; readonly longest: number },
): number {
  const { build } = window
  if ('classes' in output) {
    const targets = window.input('targets', 'step')
    return build.add('cross_entropy', [read, targets], classAttributes(output, shape))
  }
  if ('ctc' in output) {
    const labels = window.input('labels', 'row', [longest])
    const labelLengths = window.input('label lengths', 'row')
    const attributes = { blank: output.ctc, reduction: 'mean' }
    return build.add('ctc_loss', [read, labels, lengths, labelLengths], attributes)
  }
  const targets = window.input('targets', 'step', [targetSize(output)])
  const inputs = [read, targets, window.input('mask', 'step')]
  if ('bits' in output) {
    const weights = output.weights && { positiveWeights: output.weights }
    return build.add('bernoulli_loss', inputs, { reduction: 'frames', ...weights })
  }
  return build.add('value_loss', inputs, valueAttributes(output))
}

/** A mark that ends what is written weighs 1. */
function classAttributes(
  { smoothing, weights }: { readonly smoothing?: number; readonly weights?: readonly number[] },
  shape: Shape,
): Attributes {
  const classWeights = weights && (writes({ shape }) ? [...weights, 1] : weights)
  return { ...(smoothing !== undefined && { smoothing }), ...(classWeights && { classWeights }) }
}

function valueAttributes({ loss: kind = 'squared', delta = 1, levels }: ValuesOutput): Attributes {
  const own = {
    huber: { delta },
    smooth_l1: { beta: delta },
    quantile: { levels },
    squared: {},
    absolute: {},
  }
  return { kind, reduction: 'mean', ...own[kind] }
}
