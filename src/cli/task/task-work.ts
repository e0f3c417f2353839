import { SluiceError } from '../../core/errors.ts'
import { sequenceModelFrom } from '../../interop/index.ts'
import type { Codec, SequenceModel } from '../../model/index.ts'
import { type HeldOut, type TaskCodec, type Understood, loadExamples, taskCodec } from '../../task/index.ts'
import {
  type SettingsOptions,
  type TrainOptions,
  continuedSettings,
  refuseDifferences,
  resolveSettings,
  train,
} from '../../train/index.ts'
import type { TrainFlags } from '../commands/train.ts'
import { modelDifferences } from '../model-choice.ts'
import { fileOf } from '../open-text.ts'
import { settingsFrom } from '../train-settings.ts'
import { command, quoted } from '../train-words.ts'
import { count } from '../view/format.ts'
import type { Continued, Work } from '../work.ts'
import { type TableFlags, openTable, readingAgain, readingOf } from './open-table.ts'
import { tableDigest } from './table-digest.ts'
import { comparable, sequenceText, taskModel } from './task-model.ts'
import { taskDifferences } from './task-differences.ts'
import { factLines } from './task-words.ts'
import { understand, understandAgain } from './understand.ts'

/** A task on a table, new or going on. */
export async function taskWork(flags: TrainFlags, resumed: Continued | undefined): Promise<Work> {
  if (flags.initFrom !== undefined) throw new SluiceError('usage/init-task')
  const path = flags.text ?? (resumed && (await fileOf(resumed)))
  if (path === undefined) throw new SluiceError('usage/no-text', { command: command('train mail.csv') })
  const reading = resumed
    ? readingAgain(resumed.checkpoint.model.codec as Codec, flags, true)
    : readingOf(flags)
  const table = await openTable(path, reading)
  const { understood, net, given } = resumed
    ? await goingOn(flags, resumed, (codec) => understandAgain(table, codec))
    : await begun(flags, reading, await tableDigest(path, reading), (heldOut) =>
        understand(table, flags, heldOut),
      )
  const data = await loadExamples(understood, net)
  const { facts, unit } = understood
  return {
    name: path,
    unit,
    hasWindows: false,
    lines: () => [...factLines(facts), `${sequenceText(net)}: ${count(net.size)} weights`],
    facts: { ...facts, weights: net.size },
    notes: Array.isArray(data.training)
      ? []
      : [
          `${path} is read again in every epoch, some rows at a time: rows that are sorted by class should be shuffled first`,
        ],
    given,
    train: (options: TrainOptions) => train(net, data, options),
    next: (run) =>
      facts.validation > 0
        ? `eval ${quoted(run)} ${quoted(path)} --held-out`
        : `eval ${quoted(run)} ${quoted(path)}`,
  }
}

interface Prepared {
  readonly understood: Understood<TaskCodec>
  readonly net: SequenceModel
  readonly given: SettingsOptions
}

async function begun(
  flags: TrainFlags,
  reading: TableFlags,
  digest: string,
  understandWith: (heldOut: (task: string) => HeldOut) => Promise<Understood<TaskCodec>>,
): Promise<Prepared> {
  const { seed } = resolveSettings(settingsFrom(flags))
  const understood = await understandWith((task) => ({ ...holdout(flags, task), seed }))
  const { by, fraction } = understood.codec.heldOut
  const net = await taskModel(flags, understood, reading, digest)
  return {
    understood,
    net,
    given: { ...settingsFrom(flags), validation: by === 'none' ? { by } : { by, fraction } },
  }
}

function holdout({ validation = 0.1, split }: TrainFlags, task: string): Omit<HeldOut, 'seed'> {
  if (validation === 0) return { by: 'none', fraction: 0 }
  if (task === 'forecast' || split === 'tail') return { by: 'tail', fraction: validation }
  return { by: 'random', fraction: validation }
}

/** The run that goes on, with its codec and weights. @throws SluiceError `resume-differs` */
async function goingOn(
  flags: TrainFlags,
  { checkpoint }: Continued,
  again: (codec: TaskCodec) => Promise<Understood<TaskCodec>>,
): Promise<Prepared> {
  const net = sequenceModelFrom({ ...checkpoint.model, parameters: checkpoint.snapshot.weights })
  const codec = taskCodec(net)
  const { validation: _validation, ...given } = settingsFrom(flags)
  const wanted = holdout(flags, codec.task)
  refuseDifferences([
    ...(await modelDifferences(flags, comparable(net.config))),
    ...(await taskDifferences(flags, codec, net)),
    ...(flags.validation === undefined || wanted.fraction === codec.heldOut.fraction
      ? []
      : [`validation (${codec.heldOut.fraction}, now ${flags.validation})`]),
  ])
  continuedSettings(checkpoint.description.settings, given)
  return { understood: await again(codec), net, given }
}
