import { type Absent, type Measured, type Peak, type Section, busySpread } from './report.ts'

/** Columns of text that a terminal shows. */
const widest = 110

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

/** What a section measures. */
export function sectionTitle({
  name,
  configuration,
  cell,
}: Pick<Section, 'name' | 'configuration' | 'cell'>): string {
  const { task, layers, hidden, batch, steps } = configuration
  const size = `${layers}×${hidden}, batch ${batch} × ${plural(steps, 'step')}`
  return `${name}: ${cell === 'all' ? 'every cell' : cell}, ${task}, ${size}`
}

/** A column with what each row shows in it. */
interface Filled extends Column {
  readonly cells: readonly string[]
}

/** Lines about one section: what was measured, the peaks, and who is missing. */
export function sectionLines({ rows, peaks, configuration }: Section): readonly string[] {
  const measured = rows.filter((row) => 'tokensPerSecond' in row)
  const absent = rows.filter((row) => 'missing' in row)
  const columns = [
    ...figures(measured, peaks, configuration.task === 'sampling'),
    ...ratios(measured, peaks.length),
  ]
  return [
    ...folded(columns),
    ...absentLines(absent),
    ...new Set(measured.flatMap(({ detail }) => detail ?? [])),
    ...noise(peaks),
  ]
}

function figures(rows: readonly Measured[], peaks: readonly Peak[], sampling: boolean): readonly Filled[] {
  const column = (title: string, cell: (row: Measured) => string, peak: (peak: Peak) => string): Filled => ({
    title,
    align: title === '' ? 'left' : 'right',
    cells: [...rows.map(cell), ...peaks.map(peak)],
  })
  const none = () => ''
  const columns = [
    column('', nameOf, ({ isa }) => `peak of ${isa}`),
    column(
      'threads',
      ({ threads }) => String(threads),
      ({ threads }) => String(threads),
    ),
    sampling
      ? column('µs', ({ tokensPerSecond }) => (1e6 / tokensPerSecond).toFixed(1), none)
      : column('tokens/s', ({ tokensPerSecond }) => thousands(tokensPerSecond), none),
    column(
      'GFLOP/s',
      ({ gflops }) => gflops.toFixed(1),
      ({ gflops }) => gflops.toFixed(1),
    ),
    column('of peak', ({ share }) => (share === undefined ? '-' : `${(share * 100).toFixed(1)} %`), none),
    column('RSS MiB', ({ memory }) => mebibytes(memory), none),
    column('arena', ({ arena }) => mebibytes(arena), none),
  ]
  const scaled = rows.some(({ overOneThread }) => overOneThread !== undefined)
  if (scaled) columns.push(column('over 1', ({ overOneThread }) => times(overOneThread), none))
  const over = rows.find(({ cost }) => cost)?.cost?.over
  if (over === undefined) return columns
  return [
    ...columns,
    column(`cost of ${over}`, ({ cost }) => times(cost?.times), none),
    column('allowed', ({ cost }) => times(cost?.most), none),
  ]
}

/** How many times as fast Sluice is: as each rival, in the rival's row; as a baseline without costs, in its own. */
function ratios(rows: readonly Measured[], peaks: number): readonly Filled[] {
  const pad = Array<string>(peaks).fill('')
  const own = rows.filter(({ role }) => role !== 'rival')
  const has = (role: Measured['role']) => rows.some((row) => row.role === role)
  const columns: Filled[] = rows
    .filter(({ role, name }) => role === 'baseline' && rows.every(({ cost }) => cost?.over !== name))
    .map(({ name }) => {
      const cells = rows.map((row) => times(row.ratios[name]))
      return { title: `over ${name}`, align: 'right', cells: [...cells, ...pad] }
    })
  if (!has('rival')) return columns
  for (const name of new Set(own.map((row) => row.name))) {
    const cells = rows.map((row) => (row.role === 'rival' ? times(against(own, name, row)) : ''))
    columns.push({ title: `${name} is`, align: 'right', cells: [...cells, ...pad] })
  }
  return columns
}

/** The ratio of the form of that name with as many threads, or with the fewest more. */
function against(own: readonly Measured[], name: string, rival: Measured): number | undefined {
  const forms = own.filter((row) => row.name === name && row.threads >= rival.threads)
  const nearest = forms.toSorted((a, b) => a.threads - b.threads)[0]
  return nearest?.ratios[rival.name]
}

/** As many tables as it takes to stay within a terminal; each repeats the first two columns. */
function folded(columns: readonly Filled[]): readonly string[] {
  const [name, threads, ...rest] = columns
  const tables: Filled[][] = []
  for (const column of rest) {
    const last = tables.at(-1)
    if (last && widthOf([...last, column]) <= widest) last.push(column)
    else tables.push([name!, threads!, column])
  }
  return tables.flatMap((table) => {
    const rows = name!.cells.map((_cell, row) => table.map(({ cells }) => cells[row]!))
    const figured = rows.filter((row) => table === tables[0] || row.slice(2).some((cell) => cell !== ''))
    return textTable(table, figured)
  })
}

function widthOf(columns: readonly Filled[]): number {
  const widths = columns.map(({ title, cells }) =>
    Math.max(title.length, ...cells.map(({ length }) => length)),
  )
  return widths.reduce((total, width) => total + width, 2 * (columns.length - 1))
}

/** A runtime's name with the instruction set that was chosen, unless it says so already. */
function nameOf({ name, isa }: Measured): string {
  const [first = '', ...rest] = name.split(', ')
  const isRuntime = first === 'native' || first === 'wasm'
  return isa !== undefined && isRuntime ? [`${first} ${isa}`, ...rest].join(', ') : name
}

/** Who is missing, those with the same reason in one line. */
function absentLines(absent: readonly Absent[]): readonly string[] {
  const byReason = new Map<string, Set<string>>()
  for (const { name, threads, role, missing } of absent) {
    const names = byReason.get(missing) ?? new Set()
    byReason.set(missing, names.add(role === 'rival' ? name : `${name}, ${plural(threads, 'thread')}`))
  }
  return [...byReason].map(([missing, names]) => `${[...names].join('; ')}: ${missing}`)
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

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? '-' : thousands(bytes / 2 ** 20)
}

function times(ratio: number | undefined): string {
  if (ratio === undefined) return ''
  return `${ratio < 100 ? ratio.toFixed(2) : thousands(ratio)} x`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
