import { Command } from 'commander'
import { type ModelFlags, addLastOption } from '../open-model.ts'
import {
  type OutputFlags,
  type RuntimeFlags,
  addOutputOptions,
  addRuntimeOptions,
  gathered,
  option,
  real,
  whole,
} from '../options.ts'
import { openOutput } from '../output.ts'
import { addFormatOptions } from '../task/format-options.ts'
import type { DataFormat } from '../task/formats.ts'

/** Everything that `sluice predict` takes. */
export interface PredictFlags extends RuntimeFlags, OutputFlags, ModelFlags {
  readonly text?: readonly string[]
  readonly out?: string
  readonly format?: DataFormat
  readonly delimiter?: string
  readonly encoding?: string
  readonly batch?: number
  readonly length?: number
  readonly temperature?: number
  readonly seed?: number
  readonly beam?: number
}

/** `sluice predict`. */
export function predictCommand(): Command {
  const command = new Command('predict')
    .summary('answer with a trained model: classes, tags, forecasts')
    .description(
      'Answers with a model that was trained for a task: classes with their probabilities, tags, a forecast with its ' +
        'intervals, or a text.',
    )
    .argument('<model>', 'a run directory or a model file')
    .argument(
      '[input]',
      'a table as in training, without its target if need be; a .txt, or - for standard input, line by line',
    )
  addLastOption(command)
  command
    .optionsGroup('Data:')
    .addOption(option('--text <text>', 'a text to answer; again for more', gathered))
    .addOption(option('--out <file>', 'write the answers there: .csv, else JSON lines'))
  addFormatOptions(command)
  command
    .addOption(option('--encoding <label>', 'of the table, such as latin1', undefined, 'utf-8'))
    .addOption(option('--batch <n>', 'sequences read in parallel', whole('--batch', 1), 50))
    .optionsGroup('Texts that are written:')
    .addOption(option('--length <n>', 'most tokens', whole('--length', 1), 100))
    .addOption(
      option('--temperature <x>', 'above 0 not only the likeliest', real('--temperature', { least: 0 }), 0),
    )
    .addOption(option('--beam <n>', 'texts that a search for the likeliest keeps', whole('--beam', 1), 1))
    .addOption(option('--seed <n>', 'another seed, other texts', whole('--seed', 0), 1))
  addRuntimeOptions(command)
  addOutputOptions(command, 'one JSON object for each answer')
  return command.action(async (path: string, input: string | undefined, flags: PredictFlags) => {
    const { runPredict } = await import('../task/run-predict.ts')
    await runPredict(path, input, flags, openOutput(flags))
  })
}
