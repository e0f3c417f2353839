import { Command } from 'commander'
import {
  type OutputFlags,
  type RuntimeFlags,
  addOutputOptions,
  addRuntimeOptions,
  option,
  runtimeFor,
  whole,
} from '../options.ts'
import { SluiceError } from '../../core/errors.ts'
import { modelFrom, taskOf } from '../../interop/index.ts'
import { type ModelFlags, type OpenedStored, addLastOption, openStored } from '../open-model.ts'
import { type Output, openOutput } from '../output.ts'
import { addFormatOptions } from '../task/format-options.ts'
import type { DataFormat } from '../task/formats.ts'
import { evaluating, requireHeeded } from '../task/heeded.ts'
import { openText } from '../open-text.ts'
import { unitOf } from '../../data/index.ts'
import { evaluate } from '../../train/index.ts'
import { textNotes } from '../train-words.ts'
import { plural } from '../view/format.ts'
import { measureText } from '../view/progress.ts'

interface EvalFlags extends RuntimeFlags, OutputFlags, ModelFlags {
  readonly batch?: number
  readonly window?: number
  readonly keepCr?: boolean
  readonly encoding?: string
  readonly format?: DataFormat
  readonly delimiter?: string
  readonly heldOut?: boolean
  readonly beam?: number
  readonly targets?: string
}

/** `sluice eval`. */
export function evalCommand(): Command {
  const command = new Command('eval')
    .summary('measure how well a model predicts')
    .description(
      'Measures how well a model predicts what suits its task: of classes and tags accuracy, macro-F1 and what is taken ' +
        'for what; of forecasts the mean absolute scaled error and the coverage of intervals; of texts that are written ' +
        'exact match, edit distance and BLEU. Of a text it is loss in nats a character, bits, perplexity: it is read in rows of equal length: up to batch - 1 characters at its end are left out, and since each row starts without ' +
        'a past, the loss depends a little on --batch. --batch 1 reads all in one piece, slowly.',
    )
    .argument('<model>', 'a run directory or a model file')
    .argument('<file>', 'a text, or a table as in training')
  addLastOption(command)
  command
    .optionsGroup('Data:')
    .addOption(option('--batch <n>', 'rows of the text read in parallel', whole('--batch', 1), 50))
    .addOption(option('--window <n>', 'characters of a row read in one call', whole('--window', 1), 50))
    .addOption(option('--keep-cr', 'keep the carriage returns of CRLF line ends, as a run trained so does'))
    .addOption(option('--encoding <label>', 'of the text, such as latin1', undefined, 'utf-8'))
    .addOption(option('--targets <file>', 'of translate: what the lines of the file should become'))
    .addOption(option('--beam <n>', 'texts that a search for the likeliest keeps', whole('--beam', 1), 1))
    .addOption(option('--held-out', 'only what training held out of the same table'))
  addFormatOptions(command)
  addRuntimeOptions(command)
  addOutputOptions(command, 'one JSON object: loss, bits, perplexity, tokens; or the figures of the task')
  return command.action(runEval)
}

async function runEval(path: string, file: string, flags: EvalFlags): Promise<void> {
  const output = openOutput(flags)
  const opened = await openStored(path, flags, output)
  if (taskOf(opened.stored) !== 'sequence') return evalText(opened, file, flags, output)
  const { evalTask } = await import('../task/eval-task.ts')
  await evalTask(opened.stored, file, flags, output)
}

async function evalText(
  { stored, reading }: OpenedStored,
  file: string,
  flags: EvalFlags,
  output: Output,
): Promise<void> {
  if (flags.heldOut) throw new SluiceError('usage/held-out')
  requireHeeded(flags, { task: 'lm' }, evaluating)
  const model = modelFrom(stored)
  const { keepCr = reading?.keepCr ?? false, encoding } = flags
  const options = { keepCr, ...(encoding !== undefined && { encoding }) }
  const text = await openText(file, options, model.vocabulary)
  for (const note of textNotes(text)) output.note(note)
  const runtime = await runtimeFor(flags, output)
  const { batch = 50, window = 50 } = flags
  const { loss, bits, perplexity, tokens } = await evaluate(model, text, { runtime, batch, window })
  if (output.json) return output.record({ loss, bits, perplexity, tokens })
  const unit = unitOf(model.vocabulary)
  output.print([`${measureText({ loss, bits, perplexity }, unit)} over ${plural(tokens, unit.slice(0, -1))}`])
}
