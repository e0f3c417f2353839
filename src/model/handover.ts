import { Builder, type StepGraph, numbers } from '../graph/index.ts'
import { type CellPart, type LayerPart, type WayPart, allLayers } from './parts.ts'
import type { SeededStep } from './start.ts'
import { bridgeStream } from './streams.ts'
import type { WindowWriter } from './window-writer.ts'

/** A state of a decoder that starts from states of an encoder, side by side, perhaps through a dense layer. */
export interface Handover {
  /** `layers.0.h` */
  readonly state: string
  /** `encoder.0.h`, `encoder.0.reverse.h` */
  readonly from: readonly string[]
  /** Where the sizes differ. */
  readonly bridge?: SeededStep & { readonly size: number }
}

/**
 * A dense layer of a value that a row has once, as a step: `h` goes from zero to tanh(W @ s + b), as Bahdanau, Cho and Bengio
 * (2015) start their decoder.
 */
function bridgeStep(source: number, size: number): StepGraph {
  const build = new Builder(numbers)
  const leaf = (op: 'state' | 'parameter', name: string, ...shape: readonly number[]): number =>
    build.leaf(op, name, { extent: op === 'state' ? 'row' : 'once', shape })
  const [s, h] = [leaf('state', 's', source), leaf('state', 'h', size)]
  const [W, b] = [leaf('parameter', 'W', size, source), leaf('parameter', 'b', size)]
  const dense = build.add('tanh', [build.add('add', [build.add('product', [W, s]), b])])
  const next = build.add('add', [h, dense])
  return {
    name: 'bridge',
    nodes: build.nodes,
    inputs: [],
    states: [
      { name: 's', previous: s, next: s, initial: 'zero' },
      { name: 'h', previous: h, next, initial: 'zero' },
    ],
    parameters: [
      { name: 'W', node: W },
      { name: 'b', node: b },
    ],
    outputs: [],
    traces: [],
  }
}

/** The input that has 1 for each row with an example: bridges take one step there. */
export const bridgedInput = 'bridged'

/**
 * The states of a decoder that an encoder hands over: to a state of the same name, from the layer that stands as far from the
 * top among those that have states (from the lowest where the decoder has more), all of its ways side by side. States that
 * are learned, and those of which the encoder has none of that name, start by themselves.
 */
export function handovers(encoder: readonly LayerPart[], decoder: readonly LayerPart[]): readonly Handover[] {
  const [from, to] = [statefulLayers(encoder), statefulLayers(decoder)]
  if (from.length === 0) return []
  const pairs = to.flatMap((part, index) => {
    const source = from[Math.max(0, from.length - to.length + index)]!
    return part.ways.flatMap((way) => handedStates(source, way))
  })
  return pairs.map(({ given, size, ...pair }, index) => {
    if (given === size) return pair
    const step = bridgeStep(given, size)
    return { ...pair, bridge: { name: `bridges.${pair.state}`, step, stream: bridgeStream + index, size } }
  })
}

/** Layers of cells that have states, in the order of their numbers. */
function statefulLayers(layers: readonly LayerPart[]): readonly CellPart[] {
  return allLayers(layers).filter(
    (part): part is CellPart => 'ways' in part && part.ways.some(({ step }) => step.states.length > 0),
  )
}

/** A handover, the entries that are given and those of the state. */
interface Handed extends Pick<Handover, 'state' | 'from'> {
  readonly given: number
  readonly size: number
}

function handedStates(source: CellPart, { name, step }: WayPart): readonly Handed[] {
  return step.states.flatMap((state) => {
    const ways = source.ways.filter((way) => stateSize(way, state.name) !== undefined)
    if (state.initial === 'learned' || ways.length === 0) return []
    const from = ways.map((way) => `${way.name}.${state.name}`)
    const given = ways.reduce((sum, way) => sum + stateSize(way, state.name)!, 0)
    return [{ state: `${name}.${state.name}`, from, given, size: stateSize({ step }, state.name)! }]
  })
}

function stateSize({ step }: Pick<WayPart, 'step'>, name: string): number | undefined {
  const state = step.states.find((own) => own.name === name)
  return state && step.nodes[state.previous]!.type.shape[0]
}

/** Writes what a decoder's states start from into the window of its encoder; by names such as `layers.0.h`. */
export function addHandovers(window: WindowWriter, handed: readonly Handover[]): ReadonlyMap<string, number> {
  return new Map(handed.map((each) => [each.state, addHandover(window, each)]))
}

function addHandover(window: WindowWriter, { from, bridge: dense }: Handover): number {
  const finals = from.map((name) => window.finals.get(name)!)
  const joined = finals.length === 1 ? finals[0]! : window.build.add('concat', finals)
  if (!dense) return joined
  const zero = window.build.zeros({ extent: 'row', shape: [dense.size] })
  const lengths = window.input(bridgedInput, 'row')
  const { finals: ends } = window.scan(dense, { sequences: [], initial: [joined, zero], lengths })
  return ends[1]!
}
