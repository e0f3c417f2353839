import { type Measured, type Report, type Section, busySpread } from '../bench/report.ts'

/** What stands before and after the generated part of README.md. */
const marks = {
  start: '<!-- speed: npm run generate writes this from docs/bench.json -->',
  end: '<!-- /speed -->',
} as const

/** README.md with the speed of a run. @throws when it has not one mark before the other */
export function withSpeed(readme: string, report: Report): string {
  const [before, rest, ...more] = readme.split(marks.start)
  const [, after, ...others] = rest?.split(marks.end) ?? []
  if (after === undefined || more.length + others.length > 0)
    throw new Error(`README.md must have '${marks.start}' and then '${marks.end}', each once`)
  return `${before}${marks.start}\n\n${speed(report)}\n\n${marks.end}${after}`
}

/** The tables, and what they were measured on. */
function speed(report: Report): string {
  const training = workTable(report, ['small', 'medium', 'classic'])
  const others = workTable(report, ['tiny-1', 'tiny-8', 'forward', 'sampling-512', 'sampling-128'])
  return [training, others, cellsTable(report), notes(report)].filter((part) => part !== '').join('\n\n')
}

/** Titles of the columns. */
const titles: Readonly<Record<string, string>> = {
  small: '1×128, batch 32 × 50',
  medium: '2×256, batch 50 × 50',
  classic: '2×512, batch 100 × 100',
  'tiny-1': '2×512, batch 1 × 50',
  'tiny-8': '2×512, batch 8 × 50',
  forward: 'reading, 2×512, batch 64 × 100',
  'sampling-512': 'sampling, 2×512',
  'sampling-128': 'sampling, 1×128',
}

/** LSTMs: a column for each section of the run, a row for everyone who was measured in one. */
function workTable({ sections }: Report, names: readonly string[]): string {
  const shown = sections.filter(({ name, cell }) => cell === 'lstm' && names.includes(name))
  if (shown.length === 0) return ''
  const rows = shown.flatMap((section) => measuredRows(section))
  const [rivals, own] = [rows.filter(isRival), rows.filter((row) => !isRival(row))]
  const labels = new Set([...own, ...rivals].map(labelOf))
  return markdown(
    ['LSTM', ...shown.map(({ name }) => titles[name] ?? name)],
    [...labels].map((label) => [label, ...shown.map((section) => workCell(section, label))]),
  )
}

function measuredRows({ rows }: Section): readonly Measured[] {
  return rows.filter((row) => 'tokensPerSecond' in row)
}

function isRival({ role }: Measured): boolean {
  return role === 'rival'
}

function labelOf({ name, isa, threads }: Measured): string {
  const [first, ...rest] = name.split(', ')
  const runtime = isa === undefined || name.includes(isa) ? first : `${first} (${isa})`
  return [runtime, ...rest, threadsOf(threads)].join(', ')
}

function threadsOf(count: number): string {
  return `${count} ${count === 1 ? 'thread' : 'threads'}`
}

/** The rate; of Sluice the share of the peak and what more threads gain, of a rival how it compares. */
function workCell(section: Section, label: string): string {
  const row = measuredRows(section).find((candidate) => labelOf(candidate) === label)
  if (row === undefined) return ''
  const remarks = isRival(row) ? compared(section, row) : [share(row), gain(row)]
  const known = remarks.filter((remark) => remark !== undefined)
  const figure = section.configuration.task === 'sampling' ? microseconds(row) : rate(row)
  return known.length === 0 ? figure : `${figure} (${known.join(', ')})`
}

/** How it compares with the native runtime with as many threads. */
function compared(section: Section, rival: Measured): readonly string[] {
  const native = measuredRows(section).find(
    (row) => !isRival(row) && row.name.startsWith('native') && row.threads === rival.threads,
  )
  const ratio = native?.ratios[rival.name]
  if (ratio === undefined) return []
  return [ratio < 1 ? `${timesText(1 / ratio)} faster` : `${timesText(ratio)} slower`]
}

function timesText(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? 1 : 0)} ×`
}

function share({ share: value }: Measured): string | undefined {
  return value === undefined ? undefined : `${(value * 100).toFixed(0)} %`
}

function gain({ overOneThread }: Measured): string | undefined {
  return overOneThread === undefined ? undefined : `${overOneThread.toFixed(2)} ×`
}

function rate({ tokensPerSecond: value }: Measured): string {
  if (value < 1000) return value.toFixed(0)
  return `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)} k`
}

function microseconds({ tokensPerSecond }: Measured): string {
  const value = 1e6 / tokensPerSecond
  return `${value.toFixed(value < 10 ? 1 : 0)} µs`
}

/** Every cell of the library, and the best that PyTorch does with it. */
function cellsTable({ sections }: Report): string {
  const section = sections.find(({ name }) => name === 'cells')
  if (section === undefined) return ''
  const threads = threadsOf(measuredRows(section)[0]?.threads ?? 1)
  return markdown(
    [`2×256, batch 50 × 50, ${threads}`, 'characters a second', 'of peak', 'LSTMs', 'PyTorch at best'],
    measuredRows(section).map((row) => [
      row.name,
      rate(row),
      share(row) ?? '',
      row.role === 'baseline' ? '1' : (row.ratios['lstm'] ?? NaN).toFixed(2),
      bestOfPyTorch(sections, row.name),
    ]),
  )
}

function bestOfPyTorch(sections: readonly Section[], cell: string): string {
  const section = sections.find((candidate) => candidate.name === 'medium' && candidate.cell === cell)
  if (section === undefined) return ''
  const rows = measuredRows(section).filter(
    ({ name, threads }) => name.startsWith('PyTorch') && threads === 1,
  )
  const [best] = rows.toSorted((a, b) => b.tokensPerSecond - a.tokensPerSecond)
  return best === undefined
    ? ''
    : [rate(best), ...compared(section, best).map((text) => `(${text})`)].join(' ')
}

/** What no table shows. */
function notes({ machine, seconds, rounds, sections, start }: Report): string {
  const spread = Math.max(1, ...sections.flatMap(({ peaks }) => peaks.map((peak) => peak.spread)))
  const { processor, cores, node } = machine
  const busy = sections.find(({ name }) => name === 'busy')
  const both = busy && measuredRows(busy).find(({ name }) => name === '2 threads beside another')
  const ratio = both?.ratios['1 thread alone']
  const sentences = [
    `Measured on ${cores} cores of ${processor} with Node ${node.replace(/^v/, '')}, ${seconds} seconds for each in ${rounds} turns.`,
    ...(spread < busySpread
      ? []
      : [
          `Other work was running: the peak itself changed up to ${spread.toFixed(1)} times within a section.`,
        ]),
    ...(ratio === undefined
      ? []
      : [
          `While another process keeps a core busy, two threads reach ${ratio.toFixed(2)} × what one reaches alone.`,
        ]),
    ...(start === undefined
      ? []
      : [
          `\`sluice --help\` takes ${start.help.toFixed(0)} ms, of which Node takes ${start.node.toFixed(0)};`,
          `in a browser all of Sluice is ${kib(start.bundle.gzip)}, and ${kib(start.modules['sluice.wasm']?.gzip)} of WebAssembly, gzipped.`,
        ]),
  ]
  return sentences.join('\n')
}

function kib(bytes = NaN): string {
  return `${(bytes / 1024).toFixed(0)} KiB`
}

function markdown(titlesOfColumns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |').replaceAll('|  |', '| |')
  return [line(titlesOfColumns), `|${titlesOfColumns.map(() => '---').join('|')}|`, ...rows.map(line)].join(
    '\n',
  )
}
