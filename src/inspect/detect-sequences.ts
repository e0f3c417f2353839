import { SluiceError } from '../core/errors.ts'
import { knownKeys } from '../data/index.ts'
import type { SequenceModel } from '../model/index.ts'
import { layersOf } from './adapt.ts'
import {
  type DetectOptions,
  type Detections,
  type SearchSettings,
  detectIn,
  knownToDetect,
} from './detect.ts'
import { findLayer, usualLayers } from './find.ts'
import { type Labels, type Oracle, labelsOf, oracleNames } from './oracles.ts'
import { traceSequences } from './sequence-trace.ts'
import { type InspectedSequence, type Side, laidSequences, sideOf, symbolsOf } from './sequences.ts'
import type { Searched } from './search.ts'
import type { TracedValue } from './traced.ts'

/** As `Oracle`; labels of your own are a list of numbers for each sequence, one for each of its steps. */
export type SequenceOracle =
  | Exclude<Oracle, { readonly values: ArrayLike<number> }>
  | { readonly name: string; readonly values: readonly ArrayLike<number>[] }

/** What is searched for what, in sequences. */
export interface SequenceDetectOptions extends Omit<DetectOptions, 'oracles'> {
  readonly oracles?: readonly SequenceOracle[]
  /** Steps after which no further sequence is read; 16,384 unless given, 1,048,576 at most. */
  readonly steps?: number
  /** What each token of the steps that are searched is; only labels of your own go without. */
  readonly symbols?: (token: number) => string
  /**
   * Whether layers are searched that go through what is read or through what is written, and no others; unless given that of
   * the first layer that is asked for, or that the model has.
   */
  readonly side?: Side
}

/** Searches the units of a sequence model as `detect` does. */
export async function detectSequences(
  model: SequenceModel,
  sequences: readonly InspectedSequence[],
  options: SequenceDetectOptions,
): Promise<Detections> {
  knownKeys('detect', options, [...knownToDetect, 'symbols', 'side'])
  return detectIn(layersOf(model), options, 'what is searched', (settings) =>
    searchedSequences(model, sequences, options, settings),
  )
}

/** Values and labels of sequences, one after the other, as if they were one text. */
async function searchedSequences(
  model: SequenceModel,
  sequences: readonly InspectedSequence[],
  options: SequenceDetectOptions,
  { most, names, wanted }: SearchSettings,
): Promise<Searched> {
  const { runtime, layers, oracles = oracleNames } = options
  const side = sideFor(model, options)
  const laid = await laidSequences(model, sequences, runtime)
  const examples = laid.map(({ example }) => example)
  const parts: (readonly TracedValue[])[] = []
  const labels: (readonly Labels[])[] = []
  let steps = 0
  for await (const part of traceSequences(model, examples, { runtime, names, ...(layers && { layers }) })) {
    const index = parts.length
    parts.push(part.layers.filter(({ name }) => sideOf(model, name) === side).flatMap(wanted))
    const symbols = symbolsOf(model, laid[index]!, side, options.symbols ?? (() => ''))
    labels.push(
      oracles.map((oracle) => labelsOf(symbols, oracleAt(oracle, index, options, sequences.length))),
    )
    steps += symbols.length
    if (steps >= most) break
  }
  return { steps, values: inOne(parts), labels: labelsInOne(labels) }
}

/** The side that is asked for, or the one that comes first of what is searched. @throws SluiceError `inspect-sequence` */
function sideFor(
  model: SequenceModel,
  { side: given, layers }: Pick<SequenceDetectOptions, 'side' | 'layers'>,
): Side {
  const all = layersOf(model)
  const searched =
    layers?.map((layer) => findLayer(all, layer)) ??
    usualLayers(all).filter(({ step }) => step.states.length > 0)
  const sides = searched.map(({ name }) => sideOf(model, name))
  const side = given ?? sides[0] ?? 'read'
  if (sides.length > 0 && !sides.includes(side)) throw new SluiceError('inspect-sequence/side', { side })
  return side
}

/** The oracle for one of the sequences. */
function oracleAt(
  oracle: SequenceOracle,
  index: number,
  { symbols }: SequenceDetectOptions,
  needed: number,
): Oracle {
  if (typeof oracle === 'object' && 'values' in oracle) {
    const { name, values } = oracle
    if (values.length === needed) return { name, values: values[index]! }
    throw new SluiceError('inspect-sequence/length', { name, count: values.length, needed })
  }
  if (symbols) return oracle
  const name = typeof oracle === 'object' && 'name' in oracle ? oracle.name : String(oracle)
  throw new SluiceError('inspect-sequence/symbols', { name })
}

/** Values of several traces, one after the other. */
export function inOne(parts: readonly (readonly TracedValue[])[]): readonly TracedValue[] {
  return parts[0]!.map((value, index) => {
    const own = parts.map((part) => part[index]!.data)
    const data = new Float32Array(own.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const each of own) {
      data.set(each, at)
      at += each.length
    }
    return { ...value, data }
  })
}

function labelsInOne(parts: readonly (readonly Labels[])[]): readonly Labels[] {
  return parts[0]!.map(({ name }, index) => ({
    name,
    isYesNo: parts.every((part) => part[index]!.isYesNo),
    values: Float64Array.from(parts.flatMap((part) => [...part[index]!.values])),
  }))
}
