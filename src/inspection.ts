import { type OnAnyRuntime, withRuntime } from './auto.ts'
import type {
  Edit,
  InspectedText,
  Trace,
  TraceOptions,
  UnitLossOptions,
  UnitLosses,
} from './inspect/index.ts'
import type * as Inspection from './inspect/index.ts'
import type { RuntimeSource, Trainable } from './train/index.ts'

/*
 * Looking inside, on any runtime. What does the work is loaded when it is first asked for: a page pays for what it uses.
 */

type Inspect = typeof Inspection

const load = (): Promise<Inspect> => import('./inspect/index.ts')

function onAnyRuntime<Options extends { readonly runtime: RuntimeSource }, Result>(
  choose: (inspect: Inspect) => (net: Trainable, text: InspectedText, options: Options) => Promise<Result>,
) {
  return async (
    net: Trainable,
    text: InspectedText,
    options: Partial<OnAnyRuntime<Options>> = {},
  ): Promise<Result> =>
    choose(await load())(net, text, withRuntime<Options>(options as OnAnyRuntime<Options>))
}

/** Every named value of a model's equations on a text, by layer, step and unit. */
export async function trace<const Name extends string = string>(
  net: Trainable,
  text: InspectedText,
  options: OnAnyRuntime<TraceOptions<Name>> = {},
): Promise<Trace<Name>> {
  return (await load()).trace(net, text, withRuntime<TraceOptions<Name>>(options))
}

/** A trace in parts, for texts of any length: `for await` gives one after the other. */
export async function* traceParts<const Name extends string = string>(
  net: Trainable,
  text: InspectedText,
  options: OnAnyRuntime<TraceOptions<Name>> = {},
): AsyncGenerator<Trace<Name>, void, undefined> {
  yield* (await load()).traceParts(net, text, withRuntime<TraceOptions<Name>>(options))
}

/** The share of the time that each gate is below 0.1 and above 0.9, by layer and unit. */
export const saturation = onAnyRuntime((inspect) => inspect.saturation)

/** How the gradients of predictions fade on their way back through time, and how long the memory is. */
export const gradientFlow = onAnyRuntime((inspect) => inspect.gradientFlow)

/** The derivative of a layer's state with respect to that of the step before, at each step, and their running product. */
export const jacobians = onAnyRuntime((inspect) => inspect.jacobians)

/** What each symbol of a text does to the probability of one prediction. */
export const saliency = onAnyRuntime((inspect) => inspect.saliency)

/** Searches the units of a model for those that tell where a text is in quotes, in a line, in a word, and so on. */
export const detect = onAnyRuntime((inspect) => inspect.detect)

/** How much larger the loss is where a unit is held at a number, for one unit after the other. */
export const unitLosses: (
  net: Trainable,
  text: InspectedText,
  options: OnAnyRuntime<UnitLossOptions>,
) => Promise<UnitLosses> = onAnyRuntime((inspect) => inspect.unitLosses)

/**
 * A model in which some values of its cells are changed at every step: clamped, ablated, scaled or shifted. It can be
 * sampled from, evaluated, traced and changed again as the model itself, which stays as it is.
 */
export async function intervene(net: Trainable, edits: readonly Edit[]): Promise<Trainable> {
  return (await load()).intervene(net, edits)
}
