import { SluiceError } from '../core/errors.ts'
import { type Text, type Tokenizer, split, unitOf } from '../data/index.ts'
import type { Machine } from '../runtime/types.ts'
import type { Checkpoint, DataDescription, Description } from './checkpoint.ts'
import { knownUpdates } from './length.ts'
import {
  type Settings,
  type SettingsOptions,
  continuedSettings,
  lengthOf,
  resolveSettings,
} from './settings.ts'
import { type TrainingData, describeText } from './training-data.ts'
import type { Runnable } from './trainable.ts'
import { version } from './version.ts'

/** What a run is started with or goes on with. */
export async function describeRun(
  settings: Settings,
  data: Pick<TrainingData, 'describe'>,
  { runtime, isa }: Machine,
): Promise<Description> {
  return { settings, ...(await data.describe()), machine: { runtime, isa }, version }
}

/** Why a continuation, though it works, will not give the bits of a run that was never interrupted; one line each. */
export function resumeNotes(
  { description }: Checkpoint,
  { runtime, isa }: Machine,
  given: SettingsOptions = {},
): readonly string[] {
  const before = description.machine
  const [old, { precision }] = [
    resolveSettings(description.settings),
    continuedSettings(description.settings, given),
  ]
  const notes: string[] = []
  if (before.runtime !== runtime || before.isa !== isa) {
    notes.push(`the run was on ${before.runtime} ${before.isa} and goes on with ${runtime} ${isa}`)
  }
  if (old.precision !== precision) {
    notes.push(`the run was in ${old.precision} and goes on in ${precision}`)
  }
  if (description.version !== version) {
    notes.push(`the run was made by version ${description.version} and goes on with ${version}`)
  }
  return notes.map((note) => `${note}: it will not be the same to the last bit.`)
}

/** Settings that may change from one part of a run to the next. */
const free = new Set(['steps', 'epochs', 'minutes', 'patience', 'checkpointEvery', 'precision'])

/** Refuses to continue with other data, another vocabulary, model or other settings, and lists what differs. */
export function requireSameRun(
  checkpoint: Checkpoint,
  now: Description,
  model: Runnable & { readonly vocabulary?: Tokenizer },
  total: number,
): void {
  const { description } = checkpoint
  refuseDifferences([
    ...settingDifferences(continuedSettings(description.settings, {}), now.settings),
    ...lengthDifferences(checkpoint, total),
    ...dataDifferences(description, now),
    ...vocabularyDifferences(checkpoint.model.vocabulary, model.vocabulary),
    ...(canonical(checkpoint.model.config) === canonical(model.config) ? [] : ['model']),
  ])
}

/** How settings, a text and its vocabulary differ from those of a run, before anything is made of them. */
export async function resumeDifferences(
  checkpoint: Checkpoint,
  options: SettingsOptions,
  text: Text,
): Promise<readonly string[]> {
  const { description, model } = checkpoint
  const settings = continuedSettings(description.settings, options)
  const differences = [
    ...settingDifferences(continuedSettings(description.settings, {}), settings),
    ...dataDifferences(description, { text: await describeText(text) }),
    ...vocabularyDifferences(model.vocabulary, text.vocabulary),
  ]
  if (differences.length > 0 || canonical(lengthOf(description.settings)) === canonical(lengthOf(settings))) {
    return differences
  }
  const { training } = split(text.tokens, settings, settings.validation, unitOf(text.vocabulary))
  return lengthDifferences(checkpoint, knownUpdates(settings, training.count))
}

/** A schedule that reaches to the end of a run allows no other length. @param total undefined if not yet known */
function lengthDifferences({ description, progress }: Checkpoint, total?: number): readonly string[] {
  if (description.settings.schedule.kind !== 'cosine' || total === progress.total) return []
  const now = total === undefined ? 'as many as fit into the time' : String(total)
  return [`length (${progress.total} updates, now ${now}; the cosine schedule needs the same)`]
}

/** Lists differences as an error, if there are any. @throws SluiceError `resume-differs` */
export function refuseDifferences(differences: readonly string[]): void {
  if (differences.length === 0) return
  throw new SluiceError('resume-differs', { differences: [...new Set(differences)].join('; ') })
}

function dataDifferences(before: DataDescription, now: DataDescription): readonly string[] {
  const kind = now.text ? 'text' : 'examples'
  const [old, own] = [before[kind], now[kind]]
  if (old?.sha256 === own?.sha256) return []
  const [amount, units] = [countOf(now), now.text ? 'characters' : 'examples']
  return [
    `${kind} (${countOf(before)} ${units} of ${old?.name ?? 'another kind'}, now ${amount} of ${own?.name})`,
  ]
}

function countOf({ text, examples }: DataDescription): number {
  return text?.characters ?? examples?.count ?? 0
}

function vocabularyDifferences(before?: Tokenizer, now?: Tokenizer): readonly string[] {
  if (!before || !now || before.equals(now)) return []
  const added = now.symbols.filter((symbol) => before.token(symbol) === undefined)
  const examples = added.slice(0, 5).map((symbol) => JSON.stringify(symbol))
  const more = added.length > examples.length ? ', …' : ''
  const fresh = added.length > 0 ? `; new: ${examples.join(', ')}${more}` : ''
  return [`vocabulary (${before.size} symbols, now ${now.size}${fresh})`]
}

function settingDifferences(before: Settings, now: Settings): readonly string[] {
  const old = new Map<string, unknown>(Object.entries(before))
  return Object.entries(now)
    .filter(([key, value]) => !free.has(key) && canonical(old.get(key)) !== canonical(value))
    .map(([key, value]) => `${key} (${canonical(old.get(key))}, now ${canonical(value)})`)
}

/** JSON that does not depend on the order of keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
