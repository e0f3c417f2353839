import { Command, Option } from 'commander'
import { type CellFamily, type CellRecord, decoders, families } from '../../cells/index.ts'
import { type Spelling, cellText, compile } from '../../equations/index.ts'
import { libraryCell } from '../cell-choice.ts'
import { type Output, openOutput } from '../output.ts'
import { widthOf } from '../view/screen.ts'
import { wrap } from '../view/width.ts'

interface CellsFlags {
  readonly plain?: boolean
  readonly latex?: boolean
  readonly unicode?: boolean
  readonly json?: boolean
}

const spellings = {
  plain: 'with primes and @, in canonical form',
  latex: 'as a textbook prints them, in LaTeX',
  unicode: 'as a textbook prints them, in Unicode',
} as const satisfies Record<Spelling, string>

const spellingNames = Object.keys(spellings) as readonly Spelling[]

/** All that is listed: the library, then the decoders. */
const sections = [...families, decoders]

/** `sluice cells`. */
export function cellsCommand(): Command {
  const command = new Command('cells')
    .summary('list the cells of the library, or print the equations of one')
    .description(
      'Lists the cells of the library. With a name, prints its equations as a file that\n' +
        '`sluice check` and `sluice train --cell` read: a start for a cell of your own.',
    )
    .argument('[name]', 'a cell of the library')
    .optionsGroup('Equations:')
  for (const name of spellingNames) {
    const others = spellingNames.filter((other) => other !== name)
    command.addOption(new Option(`--${name}`, spellings[name]).conflicts([...others]))
  }
  return command
    .optionsGroup('Output:')
    .option('--json', 'one JSON object a line for each cell')
    .action(runCells)
}

function runCells(name: string | undefined, flags: CellsFlags): void {
  const output = openOutput(flags)
  const spelling = spellingNames.find((wanted) => flags[wanted])
  const records = name === undefined ? sections.flatMap(({ cells }) => cells) : [libraryCell(name)]
  if (output.json) for (const record of records) output.record(recordOf(record, spelling))
  else if (name === undefined && spelling === undefined) output.results.write(list(output))
  else output.results.write(records.map((record) => cellFile(record, spelling)).join('\n'))
}

/** The equations of a cell in a spelling; absent: as the library has them, without their margin. */
export function equationsOf({ name, equations }: CellRecord, spelling?: Spelling): string {
  if (spelling !== undefined) return cellText(compile(equations, { name }), spelling).trimEnd()
  return equations
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
}

function recordOf(record: CellRecord, spelling?: Spelling): object {
  const { name, title, citation, year, init, aliases = [], deviation } = record
  const family = sections.find(({ cells }) => cells.includes(record))!.title
  const equations = equationsOf(record, spelling)
  return { name, aliases, family, title, citation, year, init, deviation, equations }
}

/** The library, family by family. */
function list(output: Output): string {
  const names = sections.flatMap(({ cells }) => cells.map(({ name }) => name))
  const longest = Math.max(...names.map((name) => name.length))
  return sections.map((family) => `${familyLines(family, longest, output).join('\n')}\n`).join('\n')
}

function familyLines({ title, cells }: CellFamily, longest: number, output: Output): readonly string[] {
  const heading = wrap(title, Math.min(widthOf(output.results), 100)).map((line) => output.style.bold(line))
  return [...heading, ...cells.flatMap((record) => entryLines(record, longest, output))]
}

/** A name, and beside it the title and the paper. */
function entryLines(record: CellRecord, longest: number, { results, style }: Output): readonly string[] {
  const { name, title, citation, year, aliases = [] } = record
  const margin = longest + 4
  const width = Math.min(widthOf(results), 100) - margin
  const also = aliases.length > 0 ? `; also ${aliases.join(', ')}` : ''
  const paper = wrap(`${citation}, ${year}`, width)
  const lines = [...wrap(`${title}${also}`, width), ...paper.map((line) => style.dim(line))]
  return lines.map((line, index) =>
    index === 0 ? `  ${style.bold(name.padEnd(longest))}  ${line}` : `${' '.repeat(margin)}${line}`,
  )
}

/** A cell as a file of equations, with what the equations do not say in comments. */
export function cellFile(record: CellRecord, spelling?: Spelling): string {
  const starts = Object.entries(record.init).map(([name, value]) => `${name}=${value}`)
  const comments = [
    record.title,
    `${record.citation}, ${record.year}`,
    ...(record.deviation === undefined ? [] : [record.deviation]),
    ...starts.map((start) => `starts with ${start}; from a file: --init ${start}`),
  ]
  const mark = spelling === 'latex' ? '%' : '#'
  return [...comments.map((line) => `${mark} ${line}`), equationsOf(record, spelling), ''].join('\n')
}
