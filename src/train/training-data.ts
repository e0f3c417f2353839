import { type BatchSource, type Text, split, textHash, unitOf, windowBatches } from '../data/index.ts'
import type { DataDescription } from './checkpoint.ts'
import type { Settings, SettingsOptions } from './settings.ts'
import type { Trainable } from './trainable.ts'
import { requireSameVocabulary } from './vocabularies.ts'

/** What a training reads. */
export interface TrainingData {
  readonly training: BatchSource
  readonly validation?: BatchSource
  /** One line for people: what is trained on and what is held out. */
  readonly description: string
  /** What a run that goes on is held to. */
  describe(): Promise<DataDescription>
}

/** How training gets its data: from the settings of the run, which start from some defaults. */
export interface DataProvider {
  readonly defaults: SettingsOptions
  open(settings: Settings): TrainingData
}

/** The windows of a text, by its settings batch, window and validation. @throws SluiceError `vocabulary-differs` */
export function textProvider(model: Trainable, text: Text): DataProvider {
  requireSameVocabulary(model, text)
  return { defaults: {}, open: (settings) => textData(text, settings) }
}

function textData(text: Text, settings: Settings): TrainingData {
  const unit = unitOf(text.vocabulary)
  const { training, validation, description } = split(text.tokens, settings, settings.validation, unit)
  return {
    training: windowBatches(training),
    ...(validation && { validation: windowBatches(validation) }),
    description,
    describe: async () => ({ text: await describeText(text) }),
  }
}

/** What a checkpoint keeps of a text. */
export async function describeText(text: Text): Promise<NonNullable<DataDescription['text']>> {
  const { name, tokens, reading } = text
  return { name, characters: tokens.length, sha256: await textHash(text), reading }
}
