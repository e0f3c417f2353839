import { type MessageValues, SluiceError } from '../core/errors.ts'
import type { RunResult } from '../runtime/types.ts'
import type { Session, Tensors } from './session.ts'
import type { Settings } from './settings.ts'

/** What was no finite number. */
export type Bad = 'loss' | 'gradient' | 'validation'

/** What of an update is no finite number, or undefined if all is well. */
export function notFinite({ loss, gradientNorm }: RunResult): { bad: Bad; value: number } | undefined {
  if (!Number.isFinite(loss)) return { bad: 'loss', value: loss }
  return Number.isFinite(gradientNorm) ? undefined : { bad: 'gradient', value: gradientNorm }
}

/** A part of a model and what in it is not finite. */
type Place = Pick<MessageValues<'training-diverged/loss'>, 'layer' | 'state' | 'parameter'>

/**
 * Where numbers broke in the last call: the first layer from the input whose states are not finite; where all are, the
 * last one whose gradients are not, since gradients come from behind.
 */
export function brokenPlace(session: Session): Place {
  const state = broken(session.states())[0]
  if (state !== undefined) return { layer: layerOf(state), state: partOf(state) }
  const parameter = broken(session.gradients()).at(-1)
  return parameter === undefined ? {} : { layer: layerOf(parameter), parameter: partOf(parameter) }
}

/** Names of tensors with a number that float32 cannot hold. */
function broken(tensors: Tensors): readonly string[] {
  const isHeld = (value: number): boolean => Number.isFinite(Math.fround(value))
  return [...tensors].filter(([, { data }]) => !data.every(isHeld)).map(([name]) => name)
}

/** `layers.0` of `layers.0.Wf`. */
function layerOf(name: string): string {
  return name.includes('.') ? name.replace(/\.[^.]*$/, '') : 'the model'
}

function partOf(name: string): string {
  return name.replace(/^.*\./, '')
}

/** The first of some tensors that holds a number that is not finite. */
export function firstBroken(tensors: Tensors): string | undefined {
  return broken(tensors)[0]
}

/** The values that every message on divergence has; `kept` is the update of the last checkpoint, -1 for none. */
export function divergenceValues({ learningRate, clipNorm }: Settings, step: number, kept: number) {
  return {
    step,
    learningRate: learningRate < 1e6 ? learningRate : learningRate.toExponential(),
    clipNorm: clipNorm > 0 ? clipNorm : 'none',
    kept: kept < 0 ? undefined : kept,
  }
}

/** The error of a training whose numbers went out of range. */
export function diverged(
  { bad, value }: { readonly bad: Bad; readonly value: number },
  place: Place,
  values: ReturnType<typeof divergenceValues>,
): SluiceError {
  return new SluiceError(`training-diverged/${bad}`, { value, ...place, ...values })
}
