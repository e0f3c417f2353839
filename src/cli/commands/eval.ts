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
import { type ModelFlags, addLastOption, openModel } from '../open-model.ts'
import { openText } from '../open-text.ts'
import { openOutput } from '../output.ts'
import { evaluate } from '../../train/index.ts'
import { textNotes } from '../train-words.ts'
import { plural } from '../view/format.ts'
import { measureText } from '../view/progress.ts'

interface EvalFlags extends RuntimeFlags, OutputFlags, ModelFlags {
  readonly batch?: number
  readonly window?: number
  readonly keepCr?: boolean
  readonly encoding?: string
}

/** `sluice eval`. */
export function evalCommand(): Command {
  const command = new Command('eval')
    .summary('measure how well a model predicts a text')
    .description(
      'Measures how well a model predicts a text: loss in nats a character, bits, perplexity. The text is read in ' +
        'rows of equal length: up to batch - 1 characters at its end are left out, and since each row starts without ' +
        'a past, the loss depends a little on --batch. --batch 1 reads all in one piece, slowly.',
    )
    .argument('<model>', 'a run directory or a model file')
    .argument('<text>', 'the text file to predict')
  addLastOption(command)
  command
    .optionsGroup('Data:')
    .addOption(option('--batch <n>', 'rows of the text read in parallel', whole('--batch', 1), 50))
    .addOption(option('--window <n>', 'characters of a row read in one call', whole('--window', 1), 50))
    .addOption(option('--keep-cr', 'keep the carriage returns of CRLF line ends, as a run trained so does'))
    .addOption(option('--encoding <label>', 'of the text, such as latin1', undefined, 'utf-8'))
  addRuntimeOptions(command)
  addOutputOptions(command, 'one JSON object: loss, bits, perplexity, tokens')
  return command.action(runEval)
}

async function runEval(path: string, file: string, flags: EvalFlags): Promise<void> {
  const output = openOutput(flags)
  const { model, reading } = await openModel(path, flags, output)
  const { keepCr = reading?.keepCr ?? false, encoding } = flags
  const options = { keepCr, ...(encoding !== undefined && { encoding }) }
  const text = await openText(file, options, model.vocabulary)
  for (const note of textNotes(text)) output.note(note)
  const runtime = await runtimeFor(flags, output)
  const { batch = 50, window = 50 } = flags
  const { loss, bits, perplexity, tokens } = await evaluate(model, text, { runtime, batch, window })
  if (output.json) return output.record({ loss, bits, perplexity, tokens })
  output.print([`${measureText({ loss, bits, perplexity })} over ${plural(tokens, 'character')}`])
}
