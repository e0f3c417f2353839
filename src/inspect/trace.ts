import { SluiceError } from '../core/errors.ts'
import { knownKeys, wholeNumber } from '../data/index.ts'
import type { RuntimeSource, Tensors, Trainable } from '../train/index.ts'
import { Session } from '../train/session.ts'
import { type InspectedText, adapted, layersOf, tokensOf } from './adapt.ts'
import { type LayerName, unitsOf } from './find.ts'
import { type Reading, observing, outputsOf, readLayer, readingsOf } from './reading.ts'
import { type Trace, type TracedLayer, type TracedValue, valuesOf } from './traced.ts'

/** What is traced. */
export interface TraceOptions<Name extends string = string> {
  readonly runtime: RuntimeSource
  /** Left-hand names of the cell's equations; all unless given. A layer without a name is passed over. */
  readonly names?: readonly Name[]
  /** Layers by number or name; all unless given, without head and norms. */
  readonly layers?: readonly LayerName[]
  /** States `[1][size]` that the first step starts from, as an earlier trace left them; those of a new text unless given. */
  readonly states?: Tensors
  /** Steps of one call of the runtime, 256 unless given: it changes memory and speed, no number. */
  readonly part?: number
}

const known = ['runtime', 'names', 'layers', 'states', 'part']

/** Numbers that a trace in one piece may hold: 1 GiB of them. */
const mostNumbers = 2 ** 28

/**
 * Runs a model over a text and gives every named value of its equations, by layer, step and unit. They come from the
 * program that runs the model, which gives more outputs; there is no second meaning of a cell.
 *
 *     const { layers } = await trace(net, 'She said "no".', { runtime, names: ['f', 'c'] })
 *     layers[0]!.values.f!.data // [steps][units]
 *
 * @throws SluiceError `inspect-layer`, `inspect-name`, `inspect-size`, `text-empty` or `unknown-character`
 */
export async function trace<const Name extends string = string>(
  model: Trainable,
  text: InspectedText,
  options: TraceOptions<Name>,
): Promise<Trace<Name>> {
  const tokens = tokensOf(model, text)
  const parts: Trace<Name>[] = []
  const each = readingsOf(layersOf(model), options).flatMap(({ scan, values }) =>
    values.map(({ node }) => unitsOf(scan, node)),
  )
  const count = each.reduce((sum, units) => sum + units, 0) * tokens.length
  if (count > mostNumbers) throw new SluiceError('inspect-size/trace', { steps: tokens.length, count })
  for await (const part of traceParts(model, text, options)) parts.push(part)
  return joined(parts, tokens)
}

/**
 * The same in parts, one after the other, for texts of any length: `for await (const part of traceParts(…))`.
 * @throws SluiceError as `trace`
 */
export async function* traceParts<const Name extends string = string>(
  model: Trainable,
  text: InspectedText,
  options: TraceOptions<Name>,
): AsyncGenerator<Trace<Name>, void, undefined> {
  knownKeys('trace', options, known)
  const part = wholeNumber('part', options.part ?? 256, 1)
  const tokens = tokensOf(model, text)
  const readings = readingsOf(layersOf(model), options)
  const steps = Math.min(part, tokens.length)
  const shownModel = observed(model, readings)
  const session = await Session.open(shownModel, options.runtime, {
    rows: 1,
    steps,
    training: false,
  })
  try {
    if (options.states) session.setStates(knownStates(shownModel, options.states))
    for (let start = 0; start < tokens.length; start += steps) {
      const own = tokens.subarray(start, start + steps)
      await session.run({ steps: own.length, inputs: { tokens: own } }, { mode: 'forward', training: false })
      const layers = readings.map((reading) => readLayer<Name>(reading, (output) => session.read(output)))
      yield { start, steps: own.length, tokens: own, layers, states: copied(session.states()) }
    }
  } finally {
    session.dispose()
  }
}

/** The model with the wanted values, if there are any, as the only outputs of its programs, beside the states. */
function observed(model: Trainable, readings: readonly Reading[]): Trainable {
  return outputsOf(readings).size === 0 ? model : adapted(model, (program) => observing(program, readings))
}

/** Those of some states that a model has. */
function knownStates(model: Trainable, states: Tensors): Tensors {
  const { graph } = model.program({ rows: 1, steps: 1, training: false })
  const inputs = new Set(graph.inputs.map(({ name }) => name))
  return new Map([...states].filter(([name]) => inputs.has(name)))
}

function copied(states: Tensors): Tensors {
  return new Map([...states].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]))
}

/** Parts of a trace as one. */
function joined<Name extends string>(parts: readonly Trace<Name>[], tokens: Int32Array): Trace<Name> {
  const last = parts.at(-1)!
  const layers = last.layers.map((layer, index) => {
    const values = valuesOf(layer).map((value) => {
      const data = new Float32Array(value.units * tokens.length)
      for (const { start, layers: own } of parts)
        data.set((own[index]!.values as Record<string, TracedValue>)[value.name]!.data, start * value.units)
      return [value.name, { ...value, data }] as const
    })
    return { ...layer, values: Object.fromEntries(values) as TracedLayer<Name>['values'] }
  })
  return { start: 0, steps: tokens.length, tokens, layers, states: last.states }
}
