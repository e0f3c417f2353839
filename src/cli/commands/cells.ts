import { Command } from 'commander'
import { type CellRecord, library } from '../../cells/index.ts'
import { SluiceError } from '../../core/errors.ts'
import { nearest } from '../../equations/index.ts'
import { type Output, openOutput } from '../output.ts'
import { widthOf } from '../view/screen.ts'
import { wrap } from '../view/width.ts'

/** `sluice cells`. */
export function cellsCommand(): Command {
  return new Command('cells')
    .summary('list the cells of the library, or print the equations of one')
    .description(
      'Lists the cells of the library. With a name, prints its equations as a file that\n' +
        '`sluice check` and `sluice train --cell` read: a start for a cell of your own.',
    )
    .argument('[name]', 'a cell of the library')
    .option('--json', 'one JSON object a line for each cell')
    .action((name: string | undefined, flags: { readonly json?: boolean }) => {
      const output = openOutput(flags)
      const records = name === undefined ? library : [cellNamed(name)]
      if (output.json) for (const record of records) output.record(recordOf(record))
      else output.results.write(name === undefined ? list(output) : cellFile(records[0]!))
    })
}

function cellNamed(name: string): CellRecord {
  const record = library.find((cell) => cell.name === name)
  if (record) return record
  const names = library.map((cell) => cell.name)
  const close = nearest(name, names)
  throw new SluiceError(
    'cell-unknown',
    `There is no cell "${name}". ${close ? `Did you mean ${close}?` : `There are ${names.join(', ')}.`}`,
  )
}

/** The equations of a cell, without the margin that they have in the library. */
export function equationsOf({ equations }: CellRecord): string {
  return equations
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
}

function recordOf(record: CellRecord): object {
  const { name, title, citation, year, init } = record
  return { name, title, citation, year, init, equations: equationsOf(record) }
}

function list({ results, style }: Output): string {
  const width = Math.min(widthOf(results), 100)
  const longest = Math.max(...library.map(({ name }) => name.length))
  const entries = library.map(({ name, title, citation, year }) => {
    const paper = wrap(`${citation}, ${year}`, width - longest - 2)
    const lines = [...wrap(title, width - longest - 2), ...paper.map((line) => style.dim(line))]
    const [first = '', ...rest] = lines
    const head = `${style.bold(name.padEnd(longest))}  ${first}`
    return [head, ...rest.map((line) => `${' '.repeat(longest + 2)}${line}`)].join('\n')
  })
  return `${entries.join('\n')}\n`
}

/** A cell as a file of equations, with what the equations do not say in comments. */
export function cellFile(record: CellRecord): string {
  const starts = Object.entries(record.init).map(([name, value]) => `${name}=${value}`)
  return [
    `# ${record.title}`,
    `# ${record.citation}, ${record.year}`,
    ...starts.map((start) => `# starts with ${start}; from a file: --init ${start}`),
    equationsOf(record),
    '',
  ].join('\n')
}
