import { SluiceError } from '../../core/errors.ts'
import type { Table } from '../../data/all.ts'
import { wholeNumber } from '../../data/index.ts'
import {
  type Detections,
  type InspectedSequence,
  type Side,
  type TracedLayer,
  detect,
  gradientFlow,
  intervene,
  layersOf,
  saliency,
  saturation,
  traceSequences,
  unitLosses,
} from '../../inspect/all.ts'
import { inOne } from '../../inspect/detect-sequences.ts'
import { findLayer, findValue, usualLayers } from '../../inspect/find.ts'
import { firstAnswer, laidSequences, sideOf, symbolsOf } from '../../inspect/sequences.ts'
import { valuesOf } from '../../inspect/traced.ts'
import { type StoredModel, sequenceModelFrom } from '../../interop/index.ts'
import type { Example, SequenceModel } from '../../model/index.ts'
import type { Runtime } from '../../runtime/index.ts'
import { type TaskCodec, sequencesOf, taskCodec, taskSymbols } from '../../task/index.ts'
import { exampleLoss } from '../../train/evaluate-examples.ts'
import { type InspectFlags, usualSteps } from '../commands/inspect.ts'
import { editsFrom, unitNamed, valueNamed } from '../edits.ts'
import {
  type Inspection,
  type SeenLosses,
  type SeenSaliency,
  best,
  liveliest,
  searchedSteps,
  shown,
  tracedLayers,
  usualOracles,
} from '../inspection.ts'
import { readLabels } from '../labels.ts'
import { runtimeFor } from '../options.ts'
import type { Output } from '../output.ts'
import { plural } from '../view/format.ts'
import { inspecting, requireHeeded } from './heeded.ts'
import { openTable, readingAgain } from './open-table.ts'
import { tableOf } from './run-predict.ts'
import { sequenceText } from './task-model.ts'

/** What sequences are looked at, and with what. */
interface Looking {
  readonly net: SequenceModel
  readonly codec: TaskCodec
  readonly runtime: Runtime
  readonly flags: InspectFlags
  readonly sequences: readonly InspectedSequence[]
  /** What the layers that are shown go through, and the symbols of each sequence there. */
  readonly side: Side
  readonly symbols: readonly (readonly string[])[]
}

/** Looks at the model of a task on a text or on the rows of a table. */
export async function inspectTask(
  stored: StoredModel,
  flags: InspectFlags,
  output: Output,
): Promise<{ readonly text: string; readonly inspection: Inspection }> {
  const given = sequenceModelFrom(stored)
  const codec = taskCodec(given)
  requireHeeded(flags, codec, inspecting)
  const table = await tableFor(flags, given, codec)
  const sequences: InspectedSequence[] = []
  const most = flags.steps ?? usualSteps
  let steps = 0
  for await (const sequence of sequencesOf(table, codec)) {
    steps += given.layout.stepsRead(sequence, sequences.length)
    if (steps > most && sequences.length > 0) {
      output.note(`the first ${plural(sequences.length, 'sequence')} are read; --steps takes more`)
      break
    }
    sequences.push(sequence)
  }
  const runtime = await runtimeFor(flags, output)
  const edits = editsFrom(flags)
  const net = edits.length > 0 ? intervene(given, edits) : given
  const side = sideFor(net, flags)
  const laid = await laidSequences(net, sequences, runtime)
  const examples = laid.map(({ example }) => example)
  const symbolOf = taskSymbols(codec, side)
  const symbols = laid.map((each) => symbolsOf(net, each, side, symbolOf))
  const looking: Looking = { net, codec, runtime, flags, sequences: examples, side, symbols }
  const change = edits.length > 0 ? { change: await changeOf(given, { ...looking, sequences }) } : {}
  return { text: sequenceText(given), inspection: { ...(await inspected(looking)), ...change } }
}

/** A text, lines of texts, or a table as in training. */
function tableFor(
  { text, file, ...reading }: InspectFlags,
  net: SequenceModel,
  codec: TaskCodec,
): Promise<Table> {
  return file !== undefined && codec.task === 'translate'
    ? openTable(file, readingAgain(net.codec, reading, true))
    : tableOf(file, { ...reading, ...(text !== undefined && { text: [text] }) }, net)
}

/** The side of the unit that is asked for, or that of the last layer. */
function sideFor(net: SequenceModel, { unit }: InspectFlags): Side {
  const layers = layersOf(net)
  if (unit === undefined)
    return sideOf(net, usualLayers(layers).findLast(({ step }) => step.states.length > 0)?.name ?? '')
  const { layer, name } = unitNamed(unit)
  const found = findLayer(layers, layer)
  findValue(found, name)
  return sideOf(net, found.name)
}

async function inspected(looking: Looking): Promise<Inspection> {
  const { net, runtime, flags, sequences, symbols } = looking
  const layers = await traced(looking)
  const wanted = flags.unit === undefined ? undefined : unitNamed(flags.unit)
  const asksForMore = flags.detect || flags.pattern !== undefined || flags.labels !== undefined
  const detections = asksForMore ? await search(looking) : undefined
  const lengths = symbols.map(({ length }) => length)
  let end = -1
  return {
    symbols: symbols.flat(),
    ends: new Set(lengths.map((length) => (end += length))),
    trace: { layers },
    unit: shown({ layers }, wanted ?? best(detections) ?? liveliest({ layers })),
    saturation: await saturation(net, sequences, { runtime }),
    ...(detections && { detections }),
    ...(flags.memory && { memory: await gradientFlow(net, sequences, { runtime }) }),
    ...((flags.saliency ?? flags.symbol) !== undefined && { saliency: await weighed(looking) }),
    ...(flags.unitLosses !== undefined && { losses: await lossesOf(looking, flags.unitLosses) }),
  }
}

/** The layers of a side over all sequences: their states and the value that is asked for, or all values. */
async function traced({ net, runtime, flags, sequences, side }: Looking): Promise<readonly TracedLayer[]> {
  const all = layersOf(net)
  const states = usualLayers(all).flatMap(({ step }) => step.states.map(({ name }) => name))
  const wanted = flags.unit === undefined ? undefined : unitNamed(flags.unit)
  const names = [...new Set([...states, ...(wanted ? [wanted.name] : [])])]
  const options = {
    runtime,
    layers: tracedLayers(all, wanted),
    ...(names.length > 0 && flags.parquet === undefined && { names }),
  }
  const parts: (readonly TracedLayer[])[] = []
  for await (const { layers } of traceSequences(net, sequences, options))
    parts.push(layers.filter(({ name }) => sideOf(net, name) === side))
  return parts[0]!.map((layer, index) => {
    const values = inOne(parts.map((part) => valuesOf(part[index]!)))
    return { ...layer, values: Object.fromEntries(values.map((value) => [value.name, value])) }
  })
}

async function search({
  net,
  codec,
  runtime,
  flags,
  sequences,
  side,
  symbols,
}: Looking): Promise<Detections> {
  const steps = symbols.reduce((sum, { length }) => sum + length, 0)
  const columns = await readLabels(flags.labels ?? [], steps, steps)
  const labels = Object.entries(columns).map(([name, all]) => {
    if (all.length !== steps)
      throw new SluiceError('inspect-oracle/length', { name, count: all.length, needed: steps })
    let at = 0
    return { name, values: symbols.map(({ length }) => all.slice(at, (at += length))) }
  })
  const oracles = [...usualOracles(flags.pattern), ...labels]
  const symbolOf = taskSymbols(codec, side)
  return detect(net, sequences, {
    runtime,
    oracles,
    top: 3,
    side,
    symbols: symbolOf,
    steps: searchedSteps(steps),
  })
}

/** What each step of the first sequence does to an answer. */
async function weighed({ net, codec, runtime, flags, sequences, side }: Looking): Promise<SeenSaliency> {
  const [laid] = await laidSequences(net, sequences.slice(0, 1), runtime)
  const first = firstAnswer(net, laid!)
  const answers = laid!.answered - first
  const { saliency: place = 'last', symbol } = flags
  const at = place === 'last' ? answers : wholeNumber('--saliency', place, 1, answers)
  const names = namesOf(net)
  const target = symbol === undefined ? undefined : placeOf(names, symbol)
  const options = { runtime, at: first + at - 1, ...(target !== undefined && { target }) }
  const { value, norms, products, target: found } = await saliency(net, laid!.example, options)
  const isProbability = !('values' in net.config.output)
  return {
    at,
    place: at === answers ? 'at the end of the first sequence' : `at step ${at} of the first sequence`,
    ...(side === 'read' && { start: 0 }),
    symbols: symbolsOf(net, laid!, 'read', taskSymbols(codec, 'read')),
    symbol: names[found] ?? (isProbability ? 'the end' : `value ${found}`),
    value,
    isProbability,
    norms,
    products,
  }
}

function namesOf({ config: { output } }: SequenceModel): readonly string[] {
  return ('names' in output ? output.names : undefined) ?? []
}

function placeOf(names: readonly string[], symbol: string): number {
  const place = names.indexOf(symbol)
  if (place >= 0) return place
  throw new SluiceError('inspect-size/class', { symbol, names: names.join(', ') || 'none with a name' })
}

/** Sequences with targets, what the model says where there are none. */
async function examplesOf({ net, runtime, sequences }: Looking): Promise<readonly Example[]> {
  const laid = await laidSequences(net, sequences, runtime, true)
  return laid.map(({ example }) => example as Example)
}

async function lossesOf(looking: Looking, wanted: string): Promise<SeenLosses> {
  const { net, runtime } = looking
  const { layer, name, unit } = valueNamed(wanted)
  const units = unit === undefined ? {} : { units: [unit] }
  const examples = await examplesOf(looking)
  const { loss, changes } = await unitLosses(net, examples, { runtime, layer, name, ...units })
  const sorted = changes.toSorted((a, b) => b.change - a.change || a.unit - b.unit)
  return { layer: findLayer(layersOf(net), layer).name, name, loss, changes: sorted }
}

/** The loss of the model as it is and as it is changed; answers that are not known are those of the model as it is. */
async function changeOf(given: SequenceModel, looking: Looking): Promise<NonNullable<Inspection['change']>> {
  const examples = await examplesOf({ ...looking, net: given })
  const { runtime } = looking
  const before = await exampleLoss(given, examples, { runtime })
  const after = await exampleLoss(looking.net, examples, { runtime })
  return { before: before.loss, after: after.loss }
}
