import { expect, test } from 'vitest'
import { cells, library } from '../../src/cells/index.ts'
import {
  cellTrial,
  trialDifferences,
  trialGradients,
  worstDifference,
} from '../../src/inspect/cell-program.ts'
import { reportLines, reportOn } from '../../src/cli/cell-report.ts'
import { fittingSizes } from '../../src/inspect/cell-sizes.ts'
import { cellFile } from '../../src/cli/commands/cells.ts'
import { styleFor } from '../../src/cli/view/style.ts'
import { compile } from '../../src/equations/index.ts'
import { reference } from '../../src/runtime/index.ts'

test('the gradient of a cell agrees with finite differences', async () => {
  const { cell } = cells.lstm(3)
  const trial = cellTrial(cell.graph({ input: 2, hidden: 3 }))
  const gradients = await trialGradients(reference, trial)
  expect([...gradients.keys()]).toEqual([
    'Wf',
    'bf',
    'Wi',
    'bi',
    'Wg',
    'bg',
    'Wo',
    'bo',
    'input x',
    'state c',
    'state h',
  ])
  const differences = await trialDifferences(reference, trial)
  expect(worstDifference(gradients, differences).error).toBeLessThan(1e-8)
  expect(Math.max(...Array.from(gradients.get('Wf')!, Math.abs))).toBeGreaterThan(0.01)
})

test('the worst difference is found and named; what is no number is worst', () => {
  const wanted = new Map([
    ['a', [1, 10]],
    ['b', [0.5]],
  ])
  expect(
    worstDifference(
      new Map([
        ['a', [1, 9]],
        ['b', [0.75]],
      ]),
      wanted,
    ),
  ).toEqual({ name: 'b', error: 0.25 })
  expect(
    worstDifference(
      new Map([
        ['a', [1, NaN]],
        ['b', [9]],
      ]),
      wanted,
    ),
  ).toEqual({ name: 'a', error: Infinity })
})

test('sizes are small, as given, and as the equations tie them together', () => {
  expect(fittingSizes(cells.lstm(1).cell, {})).toEqual({ input: 3, hidden: 4 })
  expect(fittingSizes(cells.lstm(1).cell, { hidden: 7 })).toEqual({ input: 3, hidden: 7 })
  const residual = compile("h' = x + tanh(U @ h)")
  expect(fittingSizes(residual, {})).toEqual({ input: 2, hidden: 2 })
  expect(fittingSizes(residual, { hidden: 5 })).toEqual({ input: 5, hidden: 5 })
  expect(() => fittingSizes(residual, { hidden: 5, input: 4 })).toThrow('needs hidden = input')
})

test('a report counts parameters and shows sizes in words', () => {
  const cell = compile("h' = tanh(U @ x + W @ h + b)", { name: 'elman' })
  const report = { ...reportOn(cell, { input: 3, hidden: 4 }), gradient: { error: 2e-10, at: 'U', ok: true } }
  expect(report.weights).toBe(12 + 16 + 4)
  expect(reportLines(report, styleFor(false))).toEqual([
    'elman',
    "  h' = tanh(U @ x + W @ h + b)",
    '',
    'parameters',
    '  U  hidden × input   4 × 3  12',
    '  W  hidden × hidden  4 × 4  16',
    '  b  hidden           4      4',
    '     together                32',
    '',
    'states',
    '  h  hidden  4',
    '',
    'outputs',
    '  h  hidden  4',
    '',
    'counted with input 3, hidden 4',
    'gradient: agrees with finite differences to 2.0e-10 (float64, worst at U)',
  ])
})

test.each(library.map((record) => [record.name, record] as const))(
  'the printed file of %s is the cell',
  (name, record) => {
    expect(compile(cellFile(record), { name }).source).toBe(compile(record.equations, { name }).source)
  },
)
