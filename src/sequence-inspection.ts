import { type OnAnyRuntime, withRuntime } from './auto.ts'
import type {
  DetectOptions,
  Detections,
  Edit,
  GradientFlow,
  GradientFlowOptions,
  InspectedSequence,
  InspectedText,
  Saliency,
  SaliencyOptions,
  Saturation,
  SequenceDetectOptions,
  SequenceSaliency,
  SequenceSaliencyOptions,
  SequenceTrace,
  SequenceTraceOptions,
  Trace,
  TraceOptions,
  UnitLossOptions,
  UnitLosses,
} from './inspect/all.ts'
import type * as Inspection from './inspect/all.ts'
import type { Example, SequenceModel } from './model/index.ts'
import type { RuntimeSource, Trainable } from './train/index.ts'

/*
 * Looking inside models of any kind, on any runtime: what `sluice` has for models of the next token, for both. What does the
 * work is loaded when it is first asked for.
 */

type Inspect = typeof Inspection

const load = (): Promise<Inspect> => import('./inspect/all.ts')

interface Runs {
  readonly runtime: RuntimeSource
}

/** The options of a function here: all that those of `sluice/inspect` have, the runtime if one likes. */
type Here<Options extends Runs> = Partial<OnAnyRuntime<Options>>

/** Looks into a model of the next token with a text, or into one of sequences with sequences. */
interface OfBoth<
  TextOptions extends Runs,
  Given,
  SequenceOptions extends Runs,
  TextResult,
  Result = TextResult,
> {
  (net: Trainable, text: InspectedText, options?: Here<TextOptions>): Promise<TextResult>
  (net: SequenceModel, sequences: Given, options?: Here<SequenceOptions>): Promise<Result>
}

/** One of the functions, whichever model it is called with. */
type OfAny = (net: never, given: never, options: never) => Promise<unknown>

function onAnyRuntime(choose: (inspect: Inspect) => OfAny) {
  return async (net: object, given: unknown, options: object = {}): Promise<unknown> =>
    choose(await load())(net as never, given as never, withRuntime<Runs>(options) as never)
}

/** Every named value of a model's equations on a text, by layer, step and unit. */
export function trace<const Name extends string = string>(
  net: Trainable,
  text: InspectedText,
  options?: OnAnyRuntime<TraceOptions<Name>>,
): Promise<Trace<Name>>
/** The same of a sequence model of any shape and a sequence, weights of attention among them. */
export function trace<const Name extends string = string>(
  net: SequenceModel,
  sequence: InspectedSequence,
  options?: OnAnyRuntime<SequenceTraceOptions<Name>>,
): Promise<SequenceTrace<Name>>
export async function trace(
  net: Trainable | SequenceModel,
  given: InspectedText | InspectedSequence,
  options: OnAnyRuntime<TraceOptions> = {},
): Promise<Trace | SequenceTrace> {
  return (await load()).trace(net as Trainable, given as InspectedText, withRuntime<TraceOptions>(options))
}

/** The share of the time that each gate is below 0.1 and above 0.9, by layer and unit, on a text or on sequences. */
export const saturation = /* @__PURE__ */ onAnyRuntime((inspect) => inspect.saturation) as OfBoth<
  Omit<TraceOptions, 'names'>,
  readonly InspectedSequence[],
  Omit<SequenceTraceOptions, 'names'>,
  readonly Saturation[]
>

/** How the gradients of predictions fade on their way back through time, and how long the memory is. */
export const gradientFlow = /* @__PURE__ */ onAnyRuntime((inspect) => inspect.gradientFlow) as OfBoth<
  GradientFlowOptions,
  readonly InspectedSequence[],
  GradientFlowOptions,
  GradientFlow
>

/** What each symbol of a text does to the probability of one prediction, or each step of a sequence to one answer. */
export const saliency = /* @__PURE__ */ onAnyRuntime((inspect) => inspect.saliency) as OfBoth<
  SaliencyOptions,
  InspectedSequence,
  SequenceSaliencyOptions,
  Saliency,
  SequenceSaliency
>

/** Searches the units of a model for those that tell where a text is in quotes, in a line, in a word, and so on. */
export const detect = /* @__PURE__ */ onAnyRuntime((inspect) => inspect.detect) as OfBoth<
  DetectOptions,
  readonly InspectedSequence[],
  SequenceDetectOptions,
  Detections
>

/** How much larger the loss is where a unit is held at a number, for one unit after the other. */
export const unitLosses = /* @__PURE__ */ onAnyRuntime((inspect) => inspect.unitLosses) as {
  (net: Trainable, text: InspectedText, options: OnAnyRuntime<UnitLossOptions>): Promise<UnitLosses>
  (
    net: SequenceModel,
    examples: readonly Example[],
    options: OnAnyRuntime<Omit<UnitLossOptions, 'window'>>,
  ): Promise<UnitLosses>
}

/**
 * A model in which some values of its cells are changed at every step: clamped, ablated, scaled or shifted. It can be
 * sampled from, evaluated, traced and changed again as the model itself, which stays as it is.
 */
export function intervene(net: Trainable, edits: readonly Edit[]): Promise<Trainable>
/** The same of a sequence model, which can answer and write as before. */
export function intervene(net: SequenceModel, edits: readonly Edit[]): Promise<SequenceModel>
export async function intervene(
  net: Trainable | SequenceModel,
  edits: readonly Edit[],
): Promise<Trainable | SequenceModel> {
  return (await load()).intervene(net as Trainable, edits)
}
