import type { Text } from '../data/index.ts'
import type { LayerConfig, Model } from '../model/index.ts'
import type { Machine } from '../runtime/index.ts'
import type { Checkpoint, Evaluation, Kept, Progress, Settings } from '../train/index.ts'
import { bytes, count, duration, few, plural } from './view/format.ts'
import { isText, measureText } from './view/progress.ts'

/** How to call the command line from here: as npm runs it in a clone, or by its name. */
export function command(rest: string, env: NodeJS.ProcessEnv = process.env): string {
  const inClone = env['npm_lifecycle_event'] === 'sluice' || env['npm_lifecycle_event'] === 'start'
  return inClone ? `npm run -s sluice -- ${rest}` : `sluice ${rest}`
}

/** A path as a shell takes it: in quotes where it needs them. */
export function quoted(path: string): string {
  return /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}

/** What reading did to a text that its owner may want to know. */
export function textNotes({ name, report }: Text): readonly string[] {
  return [
    ...(report.carriageReturns > 0
      ? [`${name}: ${count(report.carriageReturns)} CRLF line ends were read as LF (--keep-cr keeps them)`]
      : []),
    ...(report.byteOrderMark ? [`${name}: its byte-order mark was dropped`] : []),
  ]
}

/** What is said before the first update. */
export interface Beginning {
  /** What was understood of the data, and what is learned from it. */
  readonly lines: readonly string[]
  /** Whether it is read in windows. */
  readonly hasWindows: boolean
  readonly machine: Machine
  readonly settings: Settings
  readonly path: string
  readonly checkpoint: Checkpoint | undefined
}

/** Lines on data, model, settings, machine and run. */
export function beginning(facts: Beginning): readonly string[] {
  const { lines, hasWindows, settings, machine, path, checkpoint } = facts
  const from = checkpoint ? `, going on after update ${count(checkpoint.progress.step)}` : ''
  return [
    ...lines,
    `${settingsText(settings, hasWindows)}; ${lengthText(settings)}`,
    `${machineText(machine)}${settings.precision === 'bf16' ? ', products in bf16' : ''}; run ${path}${from}`,
  ]
}

/** The layers of a model: `2 × name(128)`, `embedding(64) + name(64) + name(64) residual, tied, dropout 0.5`. */
export function modelText({ config }: Pick<Model, 'config'>): string {
  const { embedding, dropout, embeddingDropout = 0, tied } = config
  return [
    `${embedding > 0 ? `embedding(${embedding}) + ` : ''}${stackText(config.layers)}`,
    ...(tied ? ['tied'] : []),
    ...(dropout > 0 ? [`dropout ${few(dropout)}`] : []),
    ...(embeddingDropout > 0 ? [`embedding dropout ${few(embeddingDropout)}`] : []),
  ].join(', ')
}

/** A stack of layers: `2 × name(128)`. */
export function stackText(layers: readonly LayerConfig[]): string {
  const texts = layers.map(layerText)
  const same = texts.every((text) => text === texts[0])
  return same && texts.length > 1 ? `${texts.length} × ${texts[0]}` : texts.join(' + ')
}

function layerText(layer: LayerConfig): string {
  if ('branches' in layer)
    return [`[${layer.branches.map(stackText).join(' | ')}]`, ...optionWords(layer)].join(' ')
  const { name, equations: _equations, sizes, init: _init, ...options } = layer
  return [`${name}(${Object.values(sizes).join(', ')})`, ...optionWords(options)].join(' ')
}

/** Options in a few words: `residual`, `skip input`, `stateDropout 0.2`. */
function optionWords(options: object): readonly string[] {
  return Object.entries(options as Readonly<Record<string, unknown>>)
    .filter(([name]) => name !== 'branches')
    .map(([name, value]) => [name, ...valueWords(value)].join(' '))
}

function valueWords(value: unknown): readonly string[] {
  if (typeof value === 'number') return [few(value)]
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, rate]) => [name, ...valueWords(rate)])
}

function settingsText(settings: Settings, hasWindows: boolean): string {
  const { optimizer, learningRate, schedule, batch, window } = settings
  const kind = schedule.kind === 'constant' ? '' : ` ${schedule.kind}`
  const warmup = schedule.warmup > 0 ? ` after a warm-up of ${schedule.warmup}` : ''
  const rate = `learning rate ${few(learningRate)}${kind}${warmup}`
  const windows = hasWindows ? [`window ${window}`] : []
  return [optimizer.name, rate, `batch ${batch}`, ...windows, ...tuningWords(settings)].join(', ')
}

function tuningWords({ accumulate, freeze, groups, average }: Settings): readonly string[] {
  return [
    ...(accumulate > 1 ? [`${accumulate} windows an update`] : []),
    ...(average.kind === 'none' ? [] : [`${average.kind} of the weights`]),
    ...groups.map(({ match }) => `own rates for ${match}`),
    ...(freeze.length > 0 ? [`frozen ${freeze.join(' ')}`] : []),
  ]
}

function lengthText(settings: Settings): string {
  if ('steps' in settings) return plural(settings.steps, 'update')
  return 'epochs' in settings ? amount(settings.epochs, 'epoch') : amount(settings.minutes, 'minute')
}

function amount(value: number, noun: string): string {
  return Number.isInteger(value) ? plural(value, noun) : `${few(value)} ${noun}s`
}

/** What runs: `native avx512, 2 threads`. */
function machineText({ runtime, isa, threads }: Machine): string {
  return `${runtime} ${isa}, ${plural(threads, 'thread')}`
}

/** What is said where minutes became updates; undefined where the length was known before. */
export function measuredLength(settings: Settings, total: number, before?: Checkpoint): string | undefined {
  if (!('minutes' in settings)) return undefined
  const earlier = before?.description.settings
  if (earlier && 'minutes' in earlier && earlier.minutes === settings.minutes) return undefined
  const updates = plural(total - (before?.progress.step ?? 0), 'update')
  return `about ${amount(settings.minutes, 'minute')}: ${updates}`
}

/** What `--memory` chose: `memory: about 48.0 MB, states kept at every 8 of 50 steps, …`. */
export function keptText({ every, bytes: taken }: Kept, window: number, asked: number): string {
  if (taken === undefined) return 'memory: this runtime keeps everything, whatever --memory says'
  const what =
    every === undefined
      ? 'everything is kept'
      : `states kept at every ${count(every)} of ${count(window)} steps, the rest computed again`
  const over = taken > asked ? `; ${bytes(asked)} is too little` : ''
  return `memory: about ${bytes(taken)}, ${what}${over}`
}

/** What is said after the last update. */
export interface Ending {
  readonly path: string
  readonly progress: Progress
  /** Updates that were done before. */
  readonly from: number
  readonly seconds: number
  readonly interrupted: boolean
  /** The validation after the last update. */
  readonly measured: Evaluation | undefined
  /** What is predicted. */
  readonly unit?: string
}

/** Lines on how a training ended. */
export function ending(facts: Ending): readonly string[] {
  const { path, progress, from, seconds, interrupted, measured, unit = 'characters' } = facts
  const { step, total, best, stoppedEarly } = progress
  const resume = `train --resume ${quoted(path)}`
  if (interrupted && total === 0) return ['stopped before the first update; nothing was saved']
  if (interrupted) return [`stopped after update ${count(step)}, all saved; go on with: ${command(resume)}`]
  if (step === from && stoppedEarly) {
    const way = command(`${resume} --patience 0`)
    return [`nothing to do: the run stopped early; go on with --patience 0 (or more): ${way}`]
  }
  if (step === from) {
    const way = command(`${resume} --steps ${2 * Math.max(step, total)}`)
    return [`nothing to do: the run has its ${plural(step, 'update')}; a longer one: ${way}`]
  }
  const how = stoppedEarly ? 'stopped early, since validation got no better' : 'done'
  const all = from > 0 ? `, ${count(step)} in all` : ''
  const lines = [`${how}: ${plural(step - from, 'update')} in ${duration(seconds)}${all}`]
  if (measured) lines.push(`validation ${measureText(measured, unit)}`)
  if (best && best.step !== step) {
    const loss = best.loss.toFixed(4)
    const told = isText(unit) ? `${loss} nats; sample and eval` : `loss ${loss}; predict and eval`
    lines.push(`best after update ${count(best.step)}: ${told} use that one`)
  }
  return lines
}
