import { type CellRecord, decoders, families, library } from '../src/cells/index.ts'
import { drawCell } from '../src/draw/index.ts'
import { type Cell, cellText, compile, printExpression } from '../src/equations/index.ts'
import { type Polynomial, plus, polynomialText, productOf, valueAt } from './polynomial.ts'

/** Sizes for which numbers are given. */
const example = { input: 64, hidden: 128, projection: 64, encoder: 128, places: 20 }

/** The page and the diagram of every cell of the library, and the index, by path. */
export function cellPages(): ReadonlyMap<string, string> {
  const pages = new Map([['docs/cells/README.md', indexPage()]])
  for (const record of [...library, ...decoders.cells]) {
    const cell = compile(record.equations, { name: record.name })
    pages.set(`docs/cells/${record.name}.md`, cellPage(record, cell))
    pages.set(`docs/cells/${record.name}.svg`, drawCell(cell.step, { title: record.title }))
  }
  return pages
}

const note = '<!-- npm run generate writes this page from src/cells; change that. -->'

function indexPage(): string {
  const sections = [...families, decoders].flatMap(({ title, cells }) => [
    `## ${title}`,
    '',
    '| cell | | paper | parameters |',
    '|---|---|---|---|',
    ...cells.map((record) => {
      const { name, title: what, citation, year, aliases = [] } = record
      const names = [`[${name}](${name}.md)`, ...aliases].join(', ')
      const { weights } = countsOf(compile(record.equations, { name }))
      return `| ${names} | ${what} | ${citation}, ${year} | ${polynomialText(weights)} |`
    }),
    '',
  ])
  return [
    '# Cells',
    '',
    note,
    '',
    'Every cell of the library. `sluice cells` lists them, `sluice cells lstm` prints one as a file to change, and',
    '`sluice train book.txt --cell lstm` takes one; in code it is `cells.lstm(512)`. Decoders stand apart: they attend to a',
    'memory, which an encoder makes.',
    '',
    ...sections,
  ].join('\n')
}

function cellPage(record: CellRecord, cell: Cell): string {
  const { name, title, citation, year, aliases = [], deviation } = record
  const also =
    aliases.length > 0 ? [`Also known as ${aliases.map((alias) => `\`${alias}\``).join(', ')}.`] : []
  return [
    `# ${title}: \`${name}\``,
    '',
    note,
    '',
    [`${citation}, ${year}.`, ...also].join(' '),
    ...(deviation === undefined ? [] : ['', deviation]),
    '',
    `![Diagram of ${name}](${name}.svg)`,
    '',
    '## Equations',
    '',
    '```eq',
    cellText(cell, 'plain').trimEnd(),
    '```',
    '',
    '```math',
    latexOf(cell),
    '```',
    '',
    ...startLines(record),
    '## Sizes',
    '',
    ...sizeLines(cell),
    ...(name === 'lstm' ? [] : differenceLines(cell)),
  ].join('\n')
}

/** The equations alone: a formula on a page has no headers. */
function latexOf(cell: Cell): string {
  const lines = cellText(cell, 'latex').trimEnd().split('\n')
  return lines.slice(lines.indexOf(String.raw`\begin{align*}`)).join('\n')
}

function startLines({ init }: CellRecord): readonly string[] {
  const starts = Object.entries(init).map(([parameter, value]) => `\`${parameter}\` starts as ${value}`)
  return starts.length === 0 ? [] : [`${starts.join(', ')}.`, '']
}

interface Counts {
  readonly weights: Polynomial
  /** Multiplications of matrices in one step of one sequence. */
  readonly products: Polynomial
}

/** How many numbers the parameters have and how many products a step takes, by the sizes; those with memories are made once. */
export function countsOf({ step }: Cell): Counts {
  const sum = (nodes: readonly number[]): Polynomial =>
    nodes.map((node) => productOf(step.nodes[node]!.type.shape)).reduce(plus, new Map())
  const matrices = step.nodes.flatMap(({ op, inputs, type }) =>
    op === 'product' && type.shape.length === 1 ? [inputs[0]!] : [],
  )
  return { weights: sum(step.parameters.map(({ node }) => node)), products: sum(matrices) }
}

function sizeLines(cell: Cell): readonly string[] {
  const { weights, products } = countsOf(cell)
  const given = cell.sizes.map((name) => `${name} ${example[name as keyof typeof example]}`).join(', ')
  const row = (what: string, counted: Polynomial): string =>
    `| ${what} | ${polynomialText(counted)} | ${valueAt(counted, example).toLocaleString('en')} |`
  return [
    `| | | ${given} |`,
    '|---|---|---|',
    row('numbers in parameters', weights),
    row('products a step', products),
    '',
  ]
}

/** One value that a cell or the LSTM defines, as they write it. */
export interface Difference {
  readonly value: string
  readonly here?: string
  readonly lstm?: string
  readonly kind: 'same' | 'changed' | 'missing' | 'added'
}

interface Line {
  /** The left-hand side, with its prime. */
  readonly left: string
  readonly right: string
}

const lstm = compile(library.find(({ name }) => name === 'lstm')!.equations)

function linesOf({ syntax }: Cell): ReadonlyMap<string, Line> {
  return new Map(
    syntax.equations.map(({ target, primed, value }) => [
      target,
      { left: primed ? `${target}'` : target, right: printExpression(value) },
    ]),
  )
}

/** The equations of a cell beside those of the LSTM, by the value that each defines, in the order of the LSTM. */
export function differences(cell: Cell): readonly Difference[] {
  const [own, other] = [linesOf(cell), linesOf(lstm)]
  return [...new Set([...other.keys(), ...own.keys()])].map((name) => {
    const [here, there] = [own.get(name), other.get(name)]
    if (here === undefined) return { value: there!.left, lstm: there!.right, kind: 'missing' }
    const line = { value: here.left, here: here.right }
    if (there === undefined) return { ...line, kind: 'added' }
    const same = here.left === there.left && here.right === there.right
    return { ...line, lstm: there.right, kind: same ? 'same' : 'changed' }
  })
}

function differenceLines(cell: Cell): readonly string[] {
  const code = (text: string | undefined): string => (text === undefined ? '' : `\`${text}\``)
  return [
    '## Beside the LSTM',
    '',
    `| value | in \`${cell.name}\` | in [\`lstm\`](lstm.md) | |`,
    '|---|---|---|---|',
    ...differences(cell).map(
      ({ value, here, lstm: there, kind }) => `| ${code(value)} | ${code(here)} | ${code(there)} | ${kind} |`,
    ),
    '',
  ]
}
