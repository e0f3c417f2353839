import type { Absent, Group, Measured, Peak } from './group.ts'

/** Spread of a peak from which on the figures are not to be trusted. */
const busySpread = 1.15

/** A column of a table; texts are set left, numbers right. */
export interface Column {
  readonly title: string
  readonly align: 'left' | 'right'
}

/** Lines of a table: columns as wide as their widest cell, two spaces between them. */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const lines = [columns.map(({ title }) => title), ...rows]
  const widths = columns.map((_column, index) => Math.max(...lines.map((line) => (line[index] ?? '').length)))
  return lines.map((line) =>
    columns
      .map(({ align }, index) => {
        const text = line[index] ?? ''
        return align === 'left' ? text.padEnd(widths[index]!) : text.padStart(widths[index]!)
      })
      .join('  ')
      .trimEnd(),
  )
}

/** Lines about one group: what was measured, the peaks, and who is missing. */
export function groupLines({ rows, peaks }: Group): readonly string[] {
  const measured = rows.filter((row) => 'tokensPerSecond' in row)
  const absent = rows.filter((row) => 'missing' in row)
  const rivals = measured.filter(({ rival }) => rival).map(({ name }) => name)
  const against = [...new Set(rivals)]
  const columns: readonly Column[] = [
    { title: '', align: 'left' },
    ...['threads', 'tokens/s', 'GFLOP/s', 'of peak', 'memory', ...against.map((name) => `over ${name}`)].map(
      (title): Column => ({ title, align: 'right' }),
    ),
  ]
  const lines = [
    ...measured.map((row) => measuredCells(row, against)),
    ...peaks.map(({ isa, threads, gflops }) => [`peak of ${isa}`, String(threads), '', gflops.toFixed(1)]),
  ]
  return [
    ...textTable(columns, lines),
    ...new Set(absent.map(absentLine)),
    ...details(measured),
    ...noise(peaks),
  ]
}

function measuredCells(row: Measured, against: readonly string[]): readonly string[] {
  return [
    row.name,
    String(row.threads),
    thousands(row.tokensPerSecond),
    row.gflops.toFixed(1),
    row.share === undefined ? '-' : `${(row.share * 100).toFixed(1)} %`,
    row.memory === undefined ? '-' : `${Math.round(row.memory / 2 ** 20)} MiB`,
    ...against.map((name) => (row.ratios[name] === undefined ? '' : `${row.ratios[name].toFixed(2)} x`)),
  ]
}

/** Rivals are missing for every number of threads alike. */
function absentLine({ name, threads, rival, missing }: Absent): string {
  const who = rival ? name : `${name}, ${threads === 1 ? '1 thread' : `${threads} threads`}`
  return `${who}: ${missing}`
}

function details(rows: readonly Measured[]): readonly string[] {
  return [...new Set(rows.flatMap(({ detail }) => detail ?? []))]
}

/** A peak that changes between rounds says that other work was running. */
function noise(peaks: readonly Peak[]): readonly string[] {
  const most = Math.max(1, ...peaks.map(({ spread }) => spread))
  return most < busySpread
    ? []
    : [`The machine was busy: its peak changed ${most.toFixed(1)} times while this was measured.`]
}

/** A number without fraction, in groups of three digits. */
export function thousands(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}
