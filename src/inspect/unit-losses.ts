import { type BatchSource, knownKeys, wholeNumber, windowBatches, windows } from '../data/index.ts'
import type { Tensor } from '../interop/index.ts'
import type { SequenceModel } from '../model/index.ts'
import { measureLoss } from '../train/evaluate.ts'
import type { RuntimeSource, Trainable } from '../train/index.ts'
import { Session } from '../train/session.ts'
import { type InspectedText, layersOf, tokensOf } from './adapt.ts'
import { type LayerName, checkUnit, findLayer, findValue, unitsOf } from './find.ts'
import { unchanged, withEdits } from './intervene.ts'

/** Which units are taken away, one after the other. */
export interface UnitLossOptions {
  readonly runtime: RuntimeSource
  readonly layer: LayerName
  /** Left-hand name of the value. */
  readonly name: string
  /** All unless given. */
  readonly units?: readonly number[]
  /** What a unit is held at instead; 0 unless given. */
  readonly clamp?: number
  /** Rows of the text read in parallel, and steps of a row read in one call, as in `evaluate`; 16 and 64 unless given. */
  readonly batch?: number
  readonly window?: number
  /** Called after each unit with the number of units done. */
  readonly onUnit?: (done: number) => void
}

/** What single units are worth to the predictions of a model. */
export interface UnitLosses {
  /** Mean loss of the model as it is, in nats a symbol. */
  readonly loss: number
  /** For each unit, how much larger the loss is when the unit is held. */
  readonly changes: readonly { readonly unit: number; readonly change: number }[]
}

const known = ['runtime', 'layer', 'name', 'units', 'clamp', 'batch', 'window', 'onUnit']

/**
 * The change of the mean loss on a text when a unit is held at a number at every step, for one unit after the other. The
 * model is compiled once.
 * @throws SluiceError `inspect-layer`, `inspect-name`, `inspect-unit`, `option-unknown` or as `evaluate`
 */
export async function unitLosses(
  model: Trainable,
  text: InspectedText,
  options: UnitLossOptions,
): Promise<UnitLosses> {
  const { runtime, batch = 16, window = 64 } = options
  return unitLossesOf(model, options, async (edited) => {
    const tokens = tokensOf(model, text)
    const rows = Math.max(1, Math.min(wholeNumber('batch', batch, 1), Math.floor(tokens.length / window)))
    const cut = windows(tokens, { batch: rows, window: Math.min(window, tokens.length) })
    const size = { rows, steps: cut.window, training: false }
    return { session: await Session.open(edited, runtime, size), source: windowBatches(cut) }
  })
}

/** The same of any model: `open` compiles the model in which a value can be changed, and says what it reads. */
export async function unitLossesOf<M extends Trainable | SequenceModel>(
  model: M,
  options: UnitLossOptions,
  open: (edited: M) => Promise<{ readonly session: Session; readonly source: BatchSource }>,
): Promise<UnitLosses> {
  knownKeys('unitLosses', options, known)
  const { layer, name, clamp = 0, onUnit } = options
  const scan = findLayer(layersOf(model), layer)
  const node = findValue(scan, name)
  const count = unitsOf(scan, node)
  const units = options.units ?? Array.from({ length: count }, (_unused, unit) => unit)
  for (const unit of units) checkUnit(`${scan.name}.${name}`, unit, count)
  const value = unchanged(scan, name, node)
  const { session, source } = await open(withEdits(model, [value]))
  const held = async (unit: number | undefined): Promise<number> => {
    const weights = new Map<string, Tensor>([
      [`${scan.name}.${value.parameters.scale}`, vector(count, 1, unit, 0)],
      [`${scan.name}.${value.parameters.shift}`, vector(count, 0, unit, clamp)],
    ])
    session.restore({ weights, slots: new Map(), states: session.states() })
    return (await measureLoss(session, source)).loss
  }
  try {
    const loss = await held(undefined)
    const changes: { unit: number; change: number }[] = []
    for (const unit of units) {
      changes.push({ unit, change: (await held(unit)) - loss })
      onUnit?.(changes.length)
    }
    return { loss, changes }
  } finally {
    session.dispose()
  }
}

/** A vector that is the same everywhere but at one unit. */
function vector(size: number, value: number, unit: number | undefined, other: number): Tensor {
  const data = new Float32Array(size).fill(value)
  if (unit !== undefined) data[unit] = other
  return { shape: [size], data }
}
