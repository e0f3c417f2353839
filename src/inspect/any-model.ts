import { wholeNumber } from '../data/index.ts'
import type { Example, SequenceModel } from '../model/index.ts'
import { batchesOf } from '../train/example-data.ts'
import type { Trainable } from '../train/index.ts'
import { Session } from '../train/session.ts'
import { type InspectedText, layersOf } from './adapt.ts'
import { type DetectOptions, type Detections, detect as detectInText } from './detect.ts'
import { type SequenceDetectOptions, detectSequences } from './detect-sequences.ts'
import { type GradientFlow, type GradientFlowOptions, gradientFlow as textFlow } from './gradient-flow.ts'
import { type Saliency, type SaliencyOptions, saliency as textSaliency } from './saliency.ts'
import { type Saturation, saturation as textSaturation, saturationOf } from './saturation.ts'
import { sequenceFlow } from './sequence-flow.ts'
import { type SequenceSaliency, type SequenceSaliencyOptions, sequenceSaliency } from './sequence-saliency.ts'
import { type SequenceTraceOptions, traceSequences } from './sequence-trace.ts'
import { type InspectedSequence, isSequenceModel } from './sequences.ts'
import { type TraceOptions, trace as traceText } from './trace.ts'
import type { SequenceTrace, Trace } from './traced.ts'
import {
  type UnitLossOptions,
  type UnitLosses,
  unitLosses as textUnitLosses,
  unitLossesOf,
} from './unit-losses.ts'

export { intervene } from './intervene.ts'

type AnyModel = Trainable | SequenceModel
type Sequences = readonly InspectedSequence[]

/**
 * Runs a sequence model of any shape over one sequence and gives every named value, as with a text. What a model that writes
 * writes is given as target, or found by the model itself, which takes the likeliest token each time. The weights of an
 * attention are values too, with a unit for each place of what is read.
 * @throws SluiceError `inspect-layer`, `inspect-name`, `example-shape` or `example-value`
 */
export function trace<const Name extends string = string>(
  model: SequenceModel,
  sequence: InspectedSequence,
  options: SequenceTraceOptions<Name>,
): Promise<SequenceTrace<Name>>
/** Every named value of a model of the next token on a text. @throws SluiceError as that of `sluice` */
export function trace<const Name extends string = string>(
  model: Trainable,
  text: InspectedText,
  options: TraceOptions<Name>,
): Promise<Trace<Name>>
export async function trace(
  model: AnyModel,
  given: InspectedText | InspectedSequence,
  options: TraceOptions,
): Promise<Trace | SequenceTrace> {
  if (!isSequenceModel(model)) return traceText(model, given as InspectedText, options)
  const traces: SequenceTrace[] = []
  for await (const traced of traceSequences(model, [given as InspectedSequence], options)) traces.push(traced)
  return traces[0]!
}

/** How saturated the gates of a sequence model are on sequences. @throws SluiceError as `trace` */
export function saturation(
  model: SequenceModel,
  sequences: Sequences,
  options: Omit<SequenceTraceOptions, 'names'>,
): Promise<readonly Saturation[]>
/** How saturated the gates of a model of the next token are on a text. */
export function saturation(
  model: Trainable,
  text: InspectedText,
  options: Omit<TraceOptions, 'names'>,
): Promise<readonly Saturation[]>
export function saturation(
  model: AnyModel,
  given: InspectedText | Sequences,
  options: Omit<TraceOptions, 'names'>,
): Promise<readonly Saturation[]> {
  if (!isSequenceModel(model)) return textSaturation(model, given as InspectedText, options)
  return saturationOf(layersOf(model), options.layers, (names) =>
    traceSequences(model, given as Sequences, { ...options, names }),
  )
}

/**
 * Searches the units of a sequence model for those that tell what an oracle says, over all sequences as if they were one text.
 * @throws SluiceError `inspect-layer`, `inspect-name`, `inspect-oracle`, `inspect-sequence` or `inspect-size`
 */
export function detect(
  model: SequenceModel,
  sequences: Sequences,
  options: SequenceDetectOptions,
): Promise<Detections>
/** The same in a text, of a model of the next token. */
export function detect(model: Trainable, text: InspectedText, options: DetectOptions): Promise<Detections>
export function detect(
  model: AnyModel,
  given: InspectedText | Sequences,
  options: DetectOptions | SequenceDetectOptions,
): Promise<Detections> {
  return isSequenceModel(model)
    ? detectSequences(model, given as Sequences, options as SequenceDetectOptions)
    : detectInText(model, given as InspectedText, options as DetectOptions)
}

/**
 * Follows the last answers of sequences back, to the target or else the likeliest class; an encoder's steps are counted from
 * the end of what it reads. Of many sequences some are followed, as `predictions` says. Where every step has an answer, layers
 * that read from the end are left out: the last answer has no more than one step of theirs.
 * @throws SluiceError `inspect-layer` or `inspect-sequence`
 */
export function gradientFlow(
  model: SequenceModel,
  sequences: Sequences,
  options: GradientFlowOptions,
): Promise<GradientFlow>
/** Follows the gradients of predictions back through a text. */
export function gradientFlow(
  model: Trainable,
  text: InspectedText,
  options: GradientFlowOptions,
): Promise<GradientFlow>
export function gradientFlow(
  model: AnyModel,
  given: InspectedText | Sequences,
  options: GradientFlowOptions,
): Promise<GradientFlow> {
  return isSequenceModel(model)
    ? sequenceFlow(model, given as Sequences, options)
    : textFlow(model, given as InspectedText, options)
}

/**
 * What each step that is read does to one answer of a sequence model: the log-probability of a class or bit, or a value.
 * @throws SluiceError `option-value`, `example-shape` or `example-value`
 */
export function saliency(
  model: SequenceModel,
  sequence: InspectedSequence,
  options: SequenceSaliencyOptions,
): Promise<SequenceSaliency>
/** What each symbol of a text does to the probability of one prediction. */
export function saliency(model: Trainable, text: InspectedText, options: SaliencyOptions): Promise<Saliency>
export function saliency(
  model: AnyModel,
  given: InspectedText | InspectedSequence,
  options: SaliencyOptions | SequenceSaliencyOptions,
): Promise<Saliency | SequenceSaliency> {
  return isSequenceModel(model)
    ? sequenceSaliency(model, given as InspectedSequence, options)
    : textSaliency(model, given as InspectedText, options)
}

/**
 * The change of the mean loss on examples when a unit is held at a number, for one unit after the other.
 * @throws SluiceError `inspect-layer`, `inspect-name`, `inspect-unit`, or what is wrong with an example
 */
export function unitLosses(
  model: SequenceModel,
  examples: readonly Example[],
  options: Omit<UnitLossOptions, 'window'>,
): Promise<UnitLosses>
/** The same on a text, of a model of the next token. */
export function unitLosses(
  model: Trainable,
  text: InspectedText,
  options: UnitLossOptions,
): Promise<UnitLosses>
export function unitLosses(
  model: AnyModel,
  given: InspectedText | readonly Example[],
  options: UnitLossOptions,
): Promise<UnitLosses> {
  if (!isSequenceModel(model)) return textUnitLosses(model, given as InspectedText, options)
  const { batch = 16, runtime } = options
  return unitLossesOf(model, options, async (edited) => {
    const examples = given as readonly Example[]
    const rows = Math.max(1, Math.min(wholeNumber('batch', batch, 1), examples.length))
    const source = batchesOf(model, examples, { batch: rows })
    const size = { rows, steps: source.steps, training: false }
    return { session: await Session.open(edited, runtime, size), source }
  })
}
