import { existsSync } from 'node:fs'
import { Command, type CommanderError } from 'commander'
import { nearestOf } from './nearest-path.ts'
import { command as spoken, quoted } from './train-words.ts'
import { version } from '../train/version.ts'
import { type Known, sampleNames, trainNames, translate } from './char-rnn.ts'
import { SluiceError } from '../core/errors.ts'

/** A command as `sluice --help` lists it; its module is loaded when it is called. */
interface Entry {
  readonly summary: string
  load(): Promise<Command>
  /** Option names of other tools that it understands. */
  readonly names?: Parameters<typeof translate>[2]
}

const commands: Readonly<Record<string, Entry>> = {
  train: {
    summary: 'train a model on a text or a table',
    load: async () => (await import('./commands/train.ts')).trainCommand(),
    names: trainNames,
  },
  sample: {
    summary: 'write text with a trained model',
    load: async () => (await import('./commands/sample.ts')).sampleCommand(),
    names: sampleNames,
  },
  predict: {
    summary: 'answer with a trained model: classes, tags, forecasts',
    load: async () => (await import('./commands/predict.ts')).predictCommand(),
  },
  eval: {
    summary: 'measure how well a model predicts',
    load: async () => (await import('./commands/eval.ts')).evalCommand(),
  },
  inspect: {
    summary: 'look at what the units of a model do on a text',
    load: async () => (await import('./commands/inspect.ts')).inspectCommand(),
  },
  cells: {
    summary: 'list the cells of the library, or print the equations of one',
    load: async () => (await import('./commands/cells.ts')).cellsCommand(),
  },
  check: {
    summary: 'check a cell: sizes, parameters, gradient',
    load: async () => (await import('./commands/check.ts')).checkCommand(),
  },
  studio: {
    summary: 'look inside a model, in a browser',
    load: async () => (await import('./commands/studio.ts')).studioCommand(),
  },
  doctor: {
    summary: 'show what runs on this machine, and why',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  },
}

/** The option of every command that main.ts heeds. */
const verbose = '--verbose'

const examples = `
Start:
  sluice train book.txt                  a model of the book, in runs/book
  sluice sample                          what it writes
  sluice train mail.csv                  a table: classes, tags, forecasts
  sluice predict runs/mail new.csv       what it answers
  sluice cells NAME > mine.cell          a cell of your own to start from
  sluice train book.txt --cell mine.cell
`

/** Runs the command line on its arguments, without those of Node. @throws whatever is to be told, see failure.ts */
export async function runProgram(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args[0] === verbose ? [...args.slice(1), verbose] : args
  if (name === undefined || name.startsWith('-') || name === 'help')
    return runTop([name, ...rest].flatMap((arg) => arg ?? []))
  const entry = commands[name]
  if (!entry) throw unknownCommand(name)
  const called = prepared(await entry.load(), `sluice ${name}`)
  const { args: translated, ignored } = translate(rest, knownOptions(called), entry.names ?? {})
  if (ignored.length > 0) process.stderr.write(`no meaning here, left out: ${ignored.join(', ')}\n`)
  await called.parseAsync(translated, { from: 'user' })
}

/** `sluice`, `sluice --help`, `sluice help train`, `sluice --version`. */
async function runTop(args: readonly string[]): Promise<void> {
  const [first, topic] = args
  if (first === 'help' && topic !== undefined) return runProgram([topic, '--help'])
  const program = prepared(new Command('sluice'), 'sluice')
    .description('Recurrent neural networks from the equations that define them.')
    .usage('<command> [options]')
    .version(version, '-V, --version', 'print the version')
    .addHelpText('after', examples)
  for (const [name, { summary }] of Object.entries(commands)) program.command(name).summary(summary)
  program.helpCommand('help [command]', 'help for a command')
  if (args.length === 0) return program.help({ error: true })
  await program.parseAsync(first === 'help' ? ['--help'] : args, { from: 'user' })
}

/** Common ways of all commands: errors are thrown, and told in one line elsewhere. */
function prepared(command: Command, name: string): Command {
  return command
    .name(name)
    .exitOverride(relayed(command))
    .configureHelp({ helpWidth: Math.min(process.stdout.columns ?? 100, 100) })
    .configureOutput({ outputError: () => undefined })
    .optionsGroup('Help:')
    .option(verbose, 'show where an error comes from')
    .helpOption('-h, --help', 'print this help')
}

/** Commander's complaints as our errors. */
function relayed(command: Command): (error: CommanderError) => never {
  return (error) => {
    if (error.exitCode === 0 || error.code === 'commander.help') throw error
    const [what = '', hint = ''] = error.message.replace(/^error: /, '').split('\n')
    const sentence = `${what.slice(0, 1).toUpperCase()}${what.slice(1).replace(/\.?$/, '.')}`
    const suggestion = hint === '' ? undefined : hint.replace(/^\((.*)\)$/, '$1')
    throw new SluiceError('usage/parse', { complaint: sentence, suggestion, command: command.name() })
  }
}

function knownOptions(command: Command): readonly Known[] {
  return command.options
    .flatMap(({ long, required }) => (long ? [{ long, takesValue: required }] : []))
    .concat({ long: '--help', takesValue: false })
}

function unknownCommand(name: string): Error {
  const names = Object.keys(commands)
  if (existsSync(name))
    return new SluiceError('usage/file', { name, command: spoken(`train ${quoted(name)}`) })
  return new SluiceError('usage/command', { name, ...nearestOf(name, names) })
}
