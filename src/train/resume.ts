import { SluiceError } from '../core/errors.ts'
import { type Text, textHash } from '../data/index.ts'
import type { Machine } from '../runtime/types.ts'
import type { Checkpoint, Description } from './checkpoint.ts'
import type { Settings } from './settings.ts'
import type { Trainable } from './trainable.ts'
import { version } from './version.ts'

/** What a run is started with or goes on with. */
export async function describeRun(
  settings: Settings,
  { name, tokens, vocabulary, reading }: Text,
  { runtime, isa }: Machine,
): Promise<Description> {
  const text = { name, characters: tokens.length, sha256: await textHash({ tokens, vocabulary }), reading }
  return { settings, text, machine: { runtime, isa }, version }
}

/** Why a continuation, though it works, will not give the bits of a run that was never interrupted; one line each. */
export function resumeNotes({ description }: Checkpoint, { runtime, isa }: Machine): readonly string[] {
  const before = description.machine
  const notes: string[] = []
  if (before.runtime !== runtime || before.isa !== isa) {
    notes.push(`the run was on ${before.runtime} ${before.isa} and goes on with ${runtime} ${isa}`)
  }
  if (description.version !== version) {
    notes.push(`the run was made by version ${description.version} and goes on with ${version}`)
  }
  return notes.map((note) => `${note}: it will not be the same to the last bit.`)
}

/** Settings that may change from one part of a run to the next. */
const free = new Set(['steps', 'epochs', 'minutes', 'patience', 'checkpointEvery'])

/** Refuses to continue with another text, vocabulary, model or other settings, and lists what differs. */
export function requireSameRun(
  checkpoint: Checkpoint,
  now: Description,
  model: Trainable,
  total: number,
): void {
  const { description, progress } = checkpoint
  const differences = [
    ...settingDifferences(description.settings, now.settings),
    ...(description.settings.schedule.kind === 'cosine' && total !== progress.total
      ? [`length (${progress.total} updates, now ${total}; the cosine schedule needs the same)`]
      : []),
    ...(description.text.sha256 === now.text.sha256 ? [] : [textDifference(description.text, now.text)]),
    ...(checkpoint.model.vocabulary.equals(model.vocabulary) ? [] : ['vocabulary']),
    ...(canonical(checkpoint.model.config) === canonical(model.config) ? [] : ['model']),
  ]
  if (differences.length === 0) return
  throw new SluiceError(
    'resume-differs',
    `This does not continue the run; what differs: ${differences.join('; ')}.`,
  )
}

function textDifference(before: Description['text'], now: Description['text']): string {
  return `text (${before.characters} characters of ${before.name}, now ${now.characters} of ${now.name})`
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
