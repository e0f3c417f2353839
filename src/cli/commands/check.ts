import { Command } from 'commander'
import { SluiceError } from '../../core/errors.ts'
import type { Cell } from '../../equations/index.ts'
import { reference } from '../../runtime/index.ts'
import { chooseCell } from '../cell-choice.ts'
import { cellTrial, trialDifferences, trialGradients, worstDifference } from '../cell-program.ts'
import { type CellReport, reportLines, reportOn } from '../cell-report.ts'
import { fittingSizes } from '../cell-sizes.ts'
import { assignments, option, whole } from '../options.ts'
import { openOutput } from '../output.ts'

interface CheckFlags {
  readonly input?: number
  readonly hidden?: number
  readonly size?: Readonly<Record<string, number>>
  readonly json?: boolean
}

/** Largest error that rounding explains; a wrong derivative is off by far more. */
const tolerance = 1e-6

/** `sluice check`. */
export function checkCommand(): Command {
  return new Command('check')
    .summary('check a cell: sizes, parameters, gradient')
    .description(
      'Checks a cell: reads its equations, solves its sizes, lists parameters and states, and compares\n' +
        'its gradient with finite differences in float64.',
    )
    .argument('<file>', 'a file of equations, or a cell of the library')
    .addOption(option('--input <n>', 'size of the input', whole('--input', 1), 3))
    .addOption(option('--hidden <n>', 'units', whole('--hidden', 1), 4))
    .addOption(
      option('--size <name=n>', 'another size of the cell', assignments('--size', whole('--size', 1))),
    )
    .option('--json', 'one JSON object: sizes, parameters, states, gradient')
    .action(runCheck)
}

async function runCheck(file: string, flags: CheckFlags): Promise<void> {
  const output = openOutput(flags)
  const { cell } = await chooseCell(file)
  const { input, hidden, size } = flags
  const given = { ...(input !== undefined && { input }), ...(hidden !== undefined && { hidden }), ...size }
  const sizes = fittingSizes(cell, given)
  const report = { ...reportOn(cell, sizes), gradient: await gradientError(cell, sizes) }
  if (output.json) output.record(report)
  else output.print(reportLines(report, output.style))
  requireGradient(report)
}

/** The worst error of the derivative against finite differences. */
async function gradientError(cell: Cell, sizes: Readonly<Record<string, number>>) {
  const trial = cellTrial(cell.graph(sizes))
  const gradients = await trialGradients(reference, trial)
  const { name, error } = worstDifference(gradients, await trialDifferences(reference, trial))
  return { error, at: name, ok: error <= tolerance }
}

function requireGradient({ name, gradient }: CellReport): void {
  if (gradient.ok) return
  throw new SluiceError('gradient-check', {
    cell: name,
    name: gradient.at,
    error: gradient.error.toExponential(1),
  })
}
