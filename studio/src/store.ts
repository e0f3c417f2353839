import { computed, signal } from '@preact/signals'
import { cellNamed, usualCell } from './cell-choices.ts'
import { Client } from './client.ts'
import { sampleText } from './text/sample-text.ts'
import { type Curve, emptyCurve, extended } from './train/curve.ts'
import type { Shown } from './run/run-file.ts'
import type {
  CellChoice,
  Event,
  LaneSpec,
  MachineInfo,
  ModelInfo,
  Purpose,
  TextInfo,
  TrainSpec,
} from './worker/messages.ts'

/*
 * What the rooms share: one text, one model, one training. Rooms read the signals and call the functions.
 */

export const client = new Client(
  new Worker(new URL('worker.js', import.meta.url), { type: 'module', name: 'studio' }),
)

export const machine = signal<MachineInfo | undefined>(undefined)
export const text = signal<(TextInfo & { readonly content: string }) | undefined>(undefined)
export const model = signal<ModelInfo | undefined>(undefined)
/** Whether the model knows nothing yet. */
export const isUntrained = computed(() => model.value?.step === 0 && !model.value.isLoaded)
/** What the next model is made of. */
export const chosen = signal({ cell: usualCell, hidden: 32, layers: 1 })
/** How the next training goes. */
export const wished = signal<TrainSpec>({ batch: 16, window: 32, learningRate: 0.01, steps: 5000 })
/** A cell that the library does not have: from the lab, or of a model that was loaded. */
export const ownCell = signal<CellChoice | undefined>(undefined)
/** Rises whenever the weights may have changed: what was computed from them is stale. */
export const weights = signal(0)
/** What went wrong last, for people. */
export const problem = signal<string | undefined>(undefined)

export type Phase = 'idle' | 'running' | 'paused'
export const phase = signal<Phase>('idle')
export const curve = signal<Curve>(emptyCurve)
const noPace = { tokensPerSecond: 0, learningRate: 0, epoch: 0 }
export const pace = signal(noPace)
/** Whether the model has a training that can be saved. */
export const isRun = signal(false)
export const samples = signal<readonly { readonly step: number; readonly text: string }[]>([])

/** Samples that are kept. */
const keptSamples = 8

/** Longest text that is taken, in characters. */
export const longestText = 8_000_000

/** Does what the reader asked for; what went wrong before is shown no more. @returns whether it went well */
export function attempt(work: () => Promise<unknown>): Promise<boolean> {
  problem.value = undefined
  return showing(work)
}

/** Does something that may fail; what goes wrong is shown. @returns whether it went well */
export async function showing(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    problem.value = error instanceof Error ? error.message : String(error)
    return false
  }
}

/** Takes a text to train on; one that is too long is cut, which is said. */
export async function takeText(content: string, name: string): Promise<void> {
  const kept =
    content.length > longestText ? content.slice(0, longestText).replace(/\p{Surrogate}$/u, '') : content
  const info = await client.ask('read', kept, name)
  text.value = { ...info, content: kept }
  if (kept.length < content.length)
    problem.value = `The text is long: the first ${longestText / 1e6} million characters are taken. The command line takes all of it.`
}

/** A new model for the text. */
export async function makeModel(cell: CellChoice, hidden: number, layers: number): Promise<void> {
  taken(await client.ask('make', { cell, hidden, layers, seed: 1 }))
}

/** The model of a file; the text stays. */
export async function loadModel(bytes: Uint8Array, name: string): Promise<void> {
  const info = await client.ask('load', bytes, name)
  taken(info)
  choose(info)
}

/** What the next model is made of is as this one. */
function choose({ layers }: ModelInfo): void {
  const { cell, units } = layers[0]!
  if (!cellNamed(cell.name)) ownCell.value = cell
  chosen.value = { cell, hidden: units, layers: layers.length }
}

/** There is another model, and no training of the one before: what was held ends without a word. */
function taken(info: ModelInfo, shown: Shown = { curve: emptyCurve, samples: [], pace: noPace }): void {
  model.value = info
  weights.value++
  phase.value = 'idle'
  curve.value = shown.curve
  samples.value = shown.samples
  pace.value = shown.pace
  isRun.value = false
}

/** The training under way, or the last one, as a file; it goes on meanwhile. @param folder that it is unpacked to */
export async function runFile(folder: string): Promise<Uint8Array<ArrayBuffer>> {
  await client.ask('checkpoint')
  const shown = { curve: curve.value, samples: samples.value, pace: pace.value }
  return client.ask('saveRun', shown, folder)
}

/** The text, the model and the training of a file, which waits to go on. @returns how it was trained */
export async function openRun(bytes: Uint8Array, name: string): Promise<TrainSpec> {
  const { model: info, text: read, spec, shown, isOver, notes } = await client.ask('openRun', bytes, name)
  text.value = read
  taken(info, shown)
  choose(info)
  isRun.value = true
  phase.value = isOver ? 'idle' : 'paused'
  if (notes.length > 0) problem.value = notes.join(' ')
  return spec
}

/** Starts to train the model on the text. */
export async function startTraining(spec: TrainSpec): Promise<void> {
  curve.value = emptyCurve
  await client.ask('start', spec)
  phase.value = 'running'
  isRun.value = true
}

/** Holds the training, unless it has ended meanwhile. */
export async function pauseTraining(): Promise<void> {
  await client.ask('pause')
  if (phase.value === 'running') phase.value = 'paused'
}

export async function resumeTraining(): Promise<void> {
  await client.ask('resume')
  if (phase.value === 'paused') phase.value = 'running'
}

function heed(event: Event): void {
  if (event.kind === 'progress') {
    const { points, tokensPerSecond, learningRate, epoch } = event
    curve.value = extended(curve.value, points)
    pace.value = { tokensPerSecond, learningRate, epoch }
  } else if (event.kind === 'sample') {
    const others = samples.value.filter(({ step }) => step !== event.step)
    samples.value = [event, ...others].slice(0, keptSamples)
    if (model.value) model.value = { ...model.value, step: event.step }
    weights.value++
  } else if (event.kind === 'lane') {
    tellLane(event)
  } else if (event.kind === 'ended') {
    phase.value = 'idle'
    model.value = event.model
    weights.value++
  } else {
    phase.value = 'idle'
    const { failure, model: before } = event
    problem.value = before
      ? `${failure.message} The model is as it was before this training.`
      : failure.message
    if (before) model.value = before
    isRun.value = false
    weights.value++
  }
}

/** Curves of the models that are trained side by side, by purpose. */
export const laneCurves = signal<Readonly<Partial<Record<Purpose, readonly Curve[]>>>>({})

function tellLane({ purpose, lane, points }: Extract<Event, { kind: 'lane' }>): void {
  const curves = laneCurves.value[purpose] ?? []
  const grown = curves.map((each, index) => (index === lane ? extended(each, points) : each))
  laneCurves.value = { ...laneCurves.value, [purpose]: grown }
}

/** Trains models of several cells side by side, on a text of their own or on that of the model. */
export async function runLanes(spec: LaneSpec, content?: string): Promise<void> {
  laneCurves.value = { ...laneCurves.value, [spec.purpose]: spec.cells.map(() => emptyCurve) }
  await client.ask('lanes', spec, content)
}

/** Opens the worker, and has something to look at: a small model that knows nothing yet. */
export async function openStudio(): Promise<void> {
  client.listen(heed)
  await attempt(async () => {
    await takeText(sampleText(), 'a river and its gates')
    await makeModel(usualCell, 32, 1)
    machine.value = await client.ask('machine')
  })
}
