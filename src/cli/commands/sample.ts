import { Command } from 'commander'
import { namesHelp, sampleNames } from '../char-rnn.ts'
import {
  type OutputFlags,
  type RuntimeFlags,
  addOutputOptions,
  addRuntimeOptions,
  option,
  real,
  runtimeFor,
  whole,
} from '../options.ts'
import { SluiceError } from '../../core/errors.ts'
import { type EditFlags, addEditOptions, editsFrom } from '../edits.ts'
import { exitCodes } from '../failure.ts'
import { intervene } from '../../inspect/index.ts'
import { onInterrupt } from '../interrupt.ts'
import { modelFrom, taskOf } from '../../interop/index.ts'
import { type ModelFlags, type OpenedStored, addLastOption, openStored } from '../open-model.ts'
import { type Output, openOutput } from '../output.ts'
import { type Choice, sample } from '../../generate/index.ts'
import type { Trainable } from '../../train/index.ts'
import { requireHeeded, sampling } from '../task/heeded.ts'
import { harmless } from '../view/width.ts'

interface SampleFlags extends RuntimeFlags, OutputFlags, ModelFlags, EditFlags {
  readonly prime?: string
  readonly length?: number
  readonly temperature?: number
  readonly topK?: number
  readonly topP?: number
  readonly seed?: number
  readonly class?: string
  readonly count?: number
  readonly compare?: boolean
}

/** `sluice sample`. */
export function sampleCommand(): Command {
  const command = new Command('sample')
    .summary('write text with a trained model')
    .description('Writes text with a trained model, token by token: what follows, or texts of a class.')
    .argument('[model]', 'a run directory or a model file; without it, the latest run')
  addLastOption(command)
  command
    .optionsGroup('Text:')
    .addOption(option('--prime <text>', 'what the text starts with'))
    .addOption(option('--length <n>', 'tokens to write, such as characters', whole('--length', 0), 500))
    .addOption(
      option(
        '--temperature <x>',
        'below 1 safer, above 1 wilder; 0: the likeliest',
        real('--temperature', { least: 0 }),
        1,
      ),
    )
    .addOption(option('--top-k <n>', 'only the n likeliest; 0: all', whole('--top-k', 0), 0))
    .addOption(
      option(
        '--top-p <share>',
        'only the likeliest that together have it',
        real('--top-p', { above: 0, most: 1 }),
        1,
      ),
    )
    .addOption(option('--seed <n>', 'another seed, another text', whole('--seed', 0), 1))
    .optionsGroup('Texts of a class (of the task caption):')
    .addOption(option('--class <name>', 'the class', undefined, 'each'))
    .addOption(option('--count <n>', 'texts of a class', whole('--count', 1), 1))
  addEditOptions(command)
  command.addOption(
    option('--compare', 'first the text of the model as it is, from the same seed; of a text that goes on'),
  )
  addRuntimeOptions(command)
  addOutputOptions(command, 'one JSON object: model, seed, prime, text; with --compare also unchanged')
  command.addHelpText('after', () => namesHelp(sampleNames))
  return command.action(async (path: string | undefined, flags: SampleFlags) => {
    process.exitCode = await runSample(path, flags)
  })
}

async function runSample(given: string | undefined, flags: SampleFlags): Promise<number> {
  const output = openOutput(flags)
  const opened = await openStored(given, flags, output)
  return taskOf(opened.stored) === 'sequence'
    ? writeTexts(opened, flags, output)
    : continueText(opened, flags, output)
}

async function writeTexts({ stored }: OpenedStored, flags: SampleFlags, output: Output): Promise<number> {
  const { classWriter, sampleClass } = await import('../task/sample-task.ts')
  const writer = classWriter(stored)
  requireHeeded(flags, writer.codec, sampling)
  const edits = editsFrom(flags)
  const net = edits.length > 0 ? intervene(writer.net, edits) : writer.net
  const { class: name, count = 1, seed = 1 } = flags
  const runtime = await runtimeFor(flags, output)
  const choice = { runtime, count, seed, ...choiceFrom(flags), ...(name !== undefined && { name }) }
  await sampleClass({ ...writer, net }, choice, output)
  return exitCodes.done
}

async function continueText(
  { path, stored }: OpenedStored,
  flags: SampleFlags,
  output: Output,
): Promise<number> {
  if (flags.class !== undefined) throw new SluiceError('usage/class')
  requireHeeded(flags, { task: 'lm' }, sampling)
  const model = modelFrom(stored)
  const edits = editsFrom(flags)
  if (flags.compare && edits.length === 0) throw new SluiceError('usage/compare')
  const changed = edits.length > 0 ? intervene(model, edits) : model
  const runtime = await runtimeFor(flags, output)
  const interrupt = onInterrupt()
  const { prime = '', seed = 1 } = flags
  const signal = AbortSignal.any([interrupt.signal, output.closed])
  const write = writerFor(output)
  const sampled = async (of: Trainable): Promise<string> => {
    const pieces = sample(of, { runtime, prime, seed, signal, ...choiceFrom(flags) })
    let text = ''
    write(prime)
    for await (const piece of pieces) {
      write(piece)
      if (output.json) text += piece
    }
    write('\n')
    return text
  }
  const unchanged = flags.compare ? { unchanged: await comparedWith(sampled, model, write) } : {}
  output.record({ model: path, seed, prime, text: await sampled(changed), ...unchanged })
  interrupt.stop()
  return interrupt.signal.aborted ? interrupt.exitCode : exitCodes.done
}

/** The text of the model as it is, set apart from the one that follows. */
async function comparedWith(
  sampled: (of: Trainable) => Promise<string>,
  model: Trainable,
  write: (text: string) => void,
): Promise<string> {
  write('# as it is\n')
  const text = await sampled(model)
  write('\n# with the interventions\n')
  return text
}

/** What was said about the choice of characters and their number. */
function choiceFrom({ length, temperature, topK, topP }: SampleFlags): Choice & { readonly length?: number } {
  return {
    ...(length !== undefined && { length }),
    ...(temperature !== undefined && { temperature }),
    ...(topK !== undefined && { topK }),
    ...(topP !== undefined && { topP }),
  }
}

/** Writes text as it comes; a terminal gets no control characters, and JSON comes later. */
function writerFor({ json, results }: Output): (text: string) => void {
  if (json) return () => {}
  return results.isTTY ? (text) => void results.write(harmless(text)) : (text) => void results.write(text)
}
