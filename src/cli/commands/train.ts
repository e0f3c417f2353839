import { Command } from 'commander'
import { namesHelp, trainNames } from '../char-rnn.ts'
import { initNames, library } from '../../cells/index.ts'
import { type ModelFlags, modelDefaults } from '../model-choice.ts'
import { addStackOptions } from '../stack-flags.ts'
import type { TextFlags } from '../open-text.ts'
import { openOutput } from '../output.ts'
import {
  addOutputOptions,
  addRuntimeOptions,
  assignments,
  numberOr,
  gathered,
  memorySize,
  option,
  real,
  whole,
  word,
  type OutputFlags,
  type RuntimeFlags,
} from '../options.ts'
import { optimizerNames, parseAveraging, scheduleKinds } from '../../train/index.ts'
import { precisionNames } from '../../runtime/index.ts'
import type { SettingsFlags } from '../train-settings.ts'
import { runTraining } from '../run-training.ts'
import { type TaskFlags, addTaskOptions } from '../task/task-options.ts'

/** Everything that `sluice train` takes. */
export interface TrainFlags
  extends TextFlags, TaskFlags, ModelFlags, SettingsFlags, RuntimeFlags, OutputFlags {
  readonly out?: string
  /** The directory to go on in; true for the latest run. */
  readonly resume?: string | true
  /** The run or model file whose weights a new run starts from. */
  readonly initFrom?: string
  readonly sampleEvery?: number
  readonly logEvery?: number
}

/** `sluice train`. */
export function trainCommand(): Command {
  const command = new Command('train')
    .summary('train a model on a text or a table')
    .description(
      'Trains a model that predicts the next character of a text, or learns a task from a table: classes, tags, forecasts.',
    )
    .argument(
      '[file]',
      'a text, or a table (.csv, .tsv, .jsonl, .parquet, .conll, .npy); with --resume, that of the run',
    )
  addTaskOptions(command)
  addModelOptions(command)
  addLayerOptions(command)
  addDataOptions(command)
  addLearningOptions(command)
  addTuningOptions(command)
  addRunOptions(command)
  addRuntimeOptions(command)
  addOutputOptions(command, 'one JSON object a line: start, step, validation, sample, end')
  command.addOption(option('--text <file>', 'the text').hideHelp())
  command.addHelpText('after', () => namesHelp(trainNames))
  return command.action(async (text: string | undefined, flags: TrainFlags) => {
    process.exitCode = await runTraining({ ...flags, ...(text !== undefined && { text }) }, openOutput(flags))
  })
}

function addModelOptions(command: Command): void {
  const { cell, hidden, layers, embedding, dropout } = modelDefaults
  const names = library.map(({ name }) => name).join(', ')
  command
    .optionsGroup('Model:')
    .addOption(option('--cell <name|file>', `a file of equations, or ${names}`, undefined, cell))
    .addOption(option('--hidden <n>', 'units of each layer', whole('--hidden', 1), hidden))
    .addOption(option('--layers <n>', 'layers', whole('--layers', 1), layers))
    .addOption(
      option('--embedding <n>', 'units of an embedding; 0: one-hot', whole('--embedding', 0), embedding),
    )
    .addOption(
      option(
        '--dropout <share>',
        'dropped behind each layer',
        real('--dropout', { least: 0, below: 1 }),
        dropout,
      ),
    )
    .addOption(
      option('--size <name=n>', 'another size of the cell', assignments('--size', whole('--size', 1))),
    )
    .addOption(
      option(
        '--init <name=x>',
        `start of the cell's parameter (*: all): a number, or ${initNames.join(', ')}`,
        assignments('--init', numberOr('--init', initNames)),
      ),
    )
    .addOption(
      option('--seed <n>', 'of the starting weights and of dropout', whole('--seed', 0, 2 ** 32 - 1), 1),
    )
}

function addLayerOptions(command: Command): void {
  const share = (name: string) => real(name, { least: 0, below: 1 })
  command.optionsGroup('Layers:')
  addStackOptions(command, 'cells that read the same, each a stack of --layers, in place of --cell')
  command
    .addOption(option('--residual', 'add what each layer reads to its output; all but the first'))
    .addOption(
      option('--skip <what>', 'also read the input, or all layers below', word('--skip', ['input', 'all'])),
    )
    .addOption(option('--norm', 'layer norm behind each layer'))
    .addOption(option('--tied', "the embedding is the head's matrix too"))
    .addOption(
      option('--embedding-dropout <share>', 'words dropped from the embedding', share('--embedding-dropout')),
    )
    .addOption(
      option(
        '--variational <share>',
        'dropped of inputs and states, the same at every step',
        share('--variational'),
      ),
    )
    .addOption(
      option('--recurrent-dropout <share>', 'dropped of updates of memories', share('--recurrent-dropout')),
    )
    .addOption(option('--weight-dropout <share>', 'dropped of recurrent weights', share('--weight-dropout')))
    .addOption(option('--zoneout <share>', 'of states that keep their values', share('--zoneout')))
}

function addDataOptions(command: Command): void {
  command
    .optionsGroup('Data:')
    .addOption(option('--batch <n>', 'rows of the text read in parallel', whole('--batch', 1), 50))
    .addOption(
      option('--window <n>', 'length of backpropagation (also --seq-length)', whole('--window', 1), 50),
    )
    .addOption(
      option(
        '--validation <share>',
        'of the text held out; 0: none',
        real('--validation', { least: 0, below: 1 }),
        0.1,
      ),
    )
    .addOption(
      option(
        '--split <where>',
        'held out: tail of the text, or of the streams; of a table, tail or random',
        word('--split', ['tail', 'streams', 'random']),
        'tail, random',
      ),
    )
    .addOption(option('--keep-cr', 'keep the carriage returns of CRLF line ends'))
    .addOption(option('--encoding <label>', 'of the text, such as latin1', undefined, 'utf-8'))
}

function addLearningOptions(command: Command): void {
  const share = (name: string) => real(name, { least: 0, below: 1 })
  command
    .optionsGroup('Learning:')
    .addOption(option('--steps <n>', 'length of the run in updates', whole('--steps', 1)))
    .addOption(option('--epochs <x>', 'or in epochs', real('--epochs', { above: 0 }), 10))
    .addOption(option('--minutes <x>', 'or in minutes', real('--minutes', { above: 0 })))
    .addOption(
      option('--optimizer <name>', optimizerNames.join(', '), word('--optimizer', optimizerNames), 'adam'),
    )
    .addOption(option('--lr <rate>', 'learning rate', real('--lr', { above: 0 }), '0.002 for adam'))
    .addOption(
      option('--schedule <kind>', scheduleKinds.join(', '), word('--schedule', scheduleKinds), 'constant'),
    )
    .addOption(
      option(
        '--decay <factor>',
        'of step and exponential',
        real('--decay', { above: 0, most: 1 }),
        '0.5, 0.97',
      ),
    )
    .addOption(option('--decay-every <n>', 'epochs, of step', whole('--decay-every', 1), 1))
    .addOption(option('--decay-after <x>', 'epochs before it', real('--decay-after', { least: 0 }), 0))
    .addOption(
      option('--final-rate <share>', 'of cosine, at the end', real('--final-rate', { least: 0, most: 1 }), 0),
    )
    .addOption(option('--warmup <n>', 'updates in which the rate grows', whole('--warmup', 0), 0))
    .addOption(
      option('--clip-norm <x>', 'largest norm of the gradient; 0: any', real('--clip-norm', { least: 0 }), 5),
    )
    .addOption(
      option(
        '--clip-value <x>',
        'largest entry of the gradient; 0: any',
        real('--clip-value', { least: 0 }),
        0,
      ),
    )
    .addOption(
      option(
        '--precision <name>',
        'of products: float32, or bf16 where the processor has it',
        word('--precision', precisionNames),
        'float32',
      ),
    )
    .addOption(option('--validate-every <n>', 'updates; 0: each epoch', whole('--validate-every', 0), 0))
    .addOption(
      option('--patience <n>', 'validations without a best before it stops', whole('--patience', 0), 'never'),
    )
    .addOption(option('--momentum <x>', 'of momentum, sgd, rmsprop', share('--momentum')))
    .addOption(option('--nesterov', 'of momentum, sgd'))
    .addOption(option('--alpha <x>', 'of rmsprop', share('--alpha'), 0.95))
    .addOption(option('--centered', 'of rmsprop'))
    .addOption(option('--beta1 <x>', 'of adam, adamw', share('--beta1'), 0.9))
    .addOption(option('--beta2 <x>', 'of adam, adamw', share('--beta2'), 0.999))
    .addOption(option('--epsilon <x>', 'of rmsprop, adam, adamw', real('--epsilon', { above: 0 }), 1e-8))
    .addOption(option('--weight-decay <x>', 'of all', real('--weight-decay', { least: 0 }), '0, adamw 0.01'))
}

function addTuningOptions(command: Command): void {
  command
    .optionsGroup('Fine-tuning:')
    .addOption(option('--init-from <run|file>', 'start from the weights of another run or model file'))
    .addOption(
      option(
        '--freeze <pattern>',
        "parameters that are not trained, such as 'layers.0.*'; again for more",
        gathered,
      ),
    )
    .addOption(
      option(
        '--lr-of <pattern=rate>',
        'learning rate of some parameters',
        assignments('--lr-of', real('--lr-of', { above: 0 })),
      ),
    )
    .addOption(
      option(
        '--weight-decay-of <pattern=x>',
        'weight decay of some parameters',
        assignments('--weight-decay-of', real('--weight-decay-of', { least: 0 })),
      ),
    )
    .addOption(option('--accumulate <n>', 'windows to one update', whole('--accumulate', 1), 1))
    .addOption(
      option(
        '--average <kind>',
        'of the weights: ema or ema:DECAY, swa or swa:START',
        parseAveraging,
        'none',
      ),
    )
}

function addRunOptions(command: Command): void {
  command
    .optionsGroup('Run:')
    .addOption(
      option(
        '--memory <size>',
        'that a window may take, such as 2GB: the same bits in less memory and more time',
        memorySize('--memory'),
      ),
    )
    .addOption(option('--out <dir>', 'where checkpoints and metrics go', undefined, 'runs/NAME-OF-TEXT'))
    .addOption(option('--resume [dir]', 'go on with a run; without DIR, the latest'))
    .addOption(
      option('--checkpoint-every <n>', 'updates between checkpoints', whole('--checkpoint-every', 1), 500),
    )
    .addOption(
      option(
        '--sample-every <n>',
        'updates between samples',
        whole('--sample-every', 1),
        'as it improves, in a terminal',
      ),
    )
    .addOption(
      option(
        '--log-every <n>',
        'updates between lines',
        whole('--log-every', 1),
        'each with --json, else 5 s',
      ),
    )
}
