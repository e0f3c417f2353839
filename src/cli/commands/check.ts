import { Command, type Option } from 'commander'
import { SluiceError } from '../../core/errors.ts'
import { checkGradient, fittingSizes } from '../../inspect/index.ts'
import { chooseCell } from '../cell-choice.ts'
import { type CellReport, reportLines, reportOn } from '../cell-report.ts'
import { assignments, option, real, whole, word } from '../options.ts'
import { type Output, openOutput } from '../output.ts'
import { type PlanFlags, type PlanReport, planDefaults, planLines, reportPlan } from '../plan-report.ts'
import { addStackOptions } from '../stack-flags.ts'
import { optimizerNames } from '../../train/index.ts'

interface CheckFlags extends PlanFlags {
  readonly input?: number
  readonly plan?: boolean
  readonly json?: boolean
}

/** `sluice check`. */
export function checkCommand(): Command {
  const command = new Command('check')
    .summary('check a cell: sizes, parameters, gradient')
    .description(
      'Checks a cell: reads its equations, solves its sizes, lists parameters and states, and compares\n' +
        'its gradient with finite differences in float64. With --plan, says instead what takes the\n' +
        'memory of training a model of it.',
    )
    .argument('<file>', 'a file of equations, or a cell of the library')
    .addOption(option('--input <n>', 'size of the input', whole('--input', 1), 3))
    .addOption(option('--hidden <n>', 'units', whole('--hidden', 1), `4, with --plan ${planDefaults.hidden}`))
    .addOption(
      option('--size <name=n>', 'another size of the cell', assignments('--size', whole('--size', 1))),
    )
    .option('--json', 'one JSON object: sizes, parameters, states, gradient; or the plan and its memory')
    .optionsGroup('Plan:')
    .addOption(option('--plan', 'what takes the memory of a training step'))
    .addOption(planOption('--layers', 'layers'))
    .addOption(planOption('--symbols', 'symbols of the text'))
    .addOption(planOption('--batch', 'rows of the text read in parallel'))
    .addOption(planOption('--window', 'length of backpropagation through time'))
    .addOption(option('--embedding <n>', 'units of an embedding', whole('--embedding', 0), 0))
    .addOption(
      option('--dropout <p>', 'share of outputs dropped', real('--dropout', { least: 0, below: 1 }), 0),
    )
    .addOption(
      option('--optimizer <name>', optimizerNames.join(', '), word('--optimizer', optimizerNames), 'adam'),
    )
    .addOption(option('--isa <name>', 'instruction set of native', undefined, "the processor's best"))
  addStackOptions(command, 'further branches beside that of the cell')
  return command.action(runCheck)
}

function planOption(name: '--layers' | '--symbols' | '--batch' | '--window', description: string): Option {
  const shown = planDefaults[name.slice(2) as keyof typeof planDefaults]
  return option(`${name} <n>`, description, whole(name, 1), shown)
}

/** What says nothing without `--plan`. */
const planOptions = [
  ...(['layers', 'symbols', 'batch', 'window', 'embedding', 'dropout', 'optimizer', 'isa'] as const),
  ...(['branches', 'join', 'dense'] as const),
] satisfies readonly (keyof CheckFlags)[]

async function runCheck(file: string, flags: CheckFlags): Promise<void> {
  const output = openOutput(flags)
  if (flags.plan) return tellPlan(output, await reportPlan(file, flags))
  const ofPlan = planOptions.find((name) => flags[name] !== undefined)
  if (ofPlan !== undefined) throw new SluiceError('usage/plan-option', { option: `--${ofPlan}` })
  const { cell } = await chooseCell(file)
  const { input, hidden, size } = flags
  const given = { ...(input !== undefined && { input }), ...(hidden !== undefined && { hidden }), ...size }
  const sizes = fittingSizes(cell, given)
  const report = { ...reportOn(cell, sizes), gradient: await checkGradient(cell, sizes) }
  if (output.json) output.record(report)
  else output.print(reportLines(report, output.style))
  requireGradient(report)
}

function tellPlan(output: Output, report: PlanReport): void {
  if (output.json) output.record(report)
  else output.print(planLines(report, output.style))
}

function requireGradient({ name, gradient }: CellReport): void {
  if (gradient.ok) return
  throw new SluiceError('gradient-check', {
    cell: name,
    name: gradient.at,
    error: gradient.error.toExponential(1),
  })
}
