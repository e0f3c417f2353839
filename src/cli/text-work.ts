import { type Text, split, unitOf } from '../data/index.ts'
import { sample } from '../generate/index.ts'
import { modelFrom } from '../interop/index.ts'
import { type Model, readConfig } from '../model/index.ts'
import { type Settings, refuseDifferences, resumeDifferences, train } from '../train/index.ts'
import type { TrainFlags } from './commands/train.ts'
import { modelDifferences, modelLike, newModel } from './model-choice.ts'
import { openModel } from './open-model.ts'
import { trainingText } from './open-text.ts'
import type { Output } from './output.ts'
import { settingsFrom } from './train-settings.ts'
import { modelText, quoted, textNotes } from './train-words.ts'
import { count } from './view/format.ts'
import type { Continued, Work } from './work.ts'

/** A model of the next token of a text, new or going on. */
export async function textWork(
  flags: TrainFlags,
  settings: Settings,
  resumed: Continued | undefined,
  output: Output,
): Promise<Work> {
  const source = flags.initFrom === undefined ? undefined : await openModel(flags.initFrom, {}, output)
  const text = await trainingText(flags, resumed, source?.model.vocabulary)
  if (!resumed) split(text.tokens, settings, settings.validation, unitOf(text.vocabulary))
  const model = resumed
    ? await continuedModel(flags, resumed, text)
    : source
      ? await modelLike(flags, source, settings)
      : await newModel(flags, text.vocabulary, settings)
  return {
    name: text.name,
    unit: unitOf(text.vocabulary),
    hasWindows: true,
    lines: ({ data }) => [
      textLine(text),
      data.description,
      `${modelText(model)}: ${count(model.size)} weights`,
    ],
    facts: {
      text: text.name,
      characters: text.tokens.length,
      symbols: text.vocabulary.size,
      weights: model.size,
    },
    notes: textNotes(text),
    given: settingsFrom(flags),
    train: (options) => train(model, text, options),
    sample: (wish) => sample(model, { ...wish, temperature: 0.8 }),
    next: (run) => `sample ${quoted(run)}`,
  }
}

/** The model of a run that goes on. @throws SluiceError `resume-differs` with everything that is not as it was */
async function continuedModel(flags: TrainFlags, { checkpoint }: Continued, text: Text): Promise<Model> {
  const { model, snapshot } = checkpoint
  refuseDifferences([
    ...(await modelDifferences(flags, readConfig(model.config))),
    ...(await resumeDifferences(checkpoint, settingsFrom(flags), text)),
  ])
  return modelFrom({ ...model, parameters: snapshot.weights })
}

/** A text and its vocabulary. */
function textLine({ name, tokens, vocabulary }: Text): string {
  return `${name}: ${count(tokens.length)} ${unitOf(vocabulary)}, ${vocabulary.size} symbols`
}
