import { SluiceError } from '../core/errors.ts'
import { type ColumnKind, type Table, inferKinds } from '../data/all.ts'
import type { taskNames } from './codec.ts'

type TaskName = (typeof taskNames)[number]

/** What a task and its columns are. */
export interface Guess {
  readonly task: TaskName
  readonly target: string
  readonly input: readonly string[]
  /** Of `forecast`: column of the time, where there is one. */
  readonly time?: string
}

/** What was said of it. */
export interface GuessOptions {
  readonly task?: TaskName
  readonly target?: string
  readonly input?: readonly string[]
  readonly time?: string
  readonly id?: string
  readonly blank?: readonly string[]
}

/** Names under which targets usually stand. */
const usualTargets = new Set(['label', 'class', 'target', 'tag', 'tags', 'category'])

/**
 * What of a table is to be learned: what was said, and what its first rows leave no doubt about.
 * @throws SluiceError `table-column`, or `task-unclear` with the columns and what they hold
 */
export async function guessTask(table: Table, options: GuessOptions): Promise<Guess> {
  const kinds = await inferKinds(table, options.blank ? { blank: options.blank } : {})
  const kindOf = (column: string): ColumnKind => {
    const kind = kinds[column]
    if (kind === undefined)
      throw new SluiceError('table-column/missing', {
        name: table.name,
        column,
        columns: table.columns.join(', '),
      })
    return kind
  }
  const unclear = (what: string): SluiceError =>
    new SluiceError('task-unclear/table', {
      name: table.name,
      what,
      columns: table.columns.map((column) => `${column} (${kindOf(column)})`).join(', '),
    })
  const rest = table.columns.filter((column) => column !== options.id)
  const time = options.time ?? rest.find((column) => kindOf(column) === 'timestamp')
  const target =
    options.target ??
    guessTarget(
      rest.filter((column) => !options.input?.includes(column)),
      kindOf,
      options.task,
    )
  if (target === undefined) throw unclear('which column is the target')
  const task =
    options.task ??
    taskOf(kindOf(target), {
      hasTime: time !== undefined,
      id: options.id,
      others: rest.filter((column) => column !== target).map(kindOf),
    })
  if (task === undefined) throw unclear('what the task is')
  const input =
    options.input ??
    inputsOf(
      rest.filter((column) => column !== target),
      kindOf,
      task,
    )
  for (const column of input) kindOf(column)
  requireOnce(table, [target, ...input])
  if (input.length === 0 && task !== 'forecast') throw unclear('which columns are read')
  return { task, target, input, ...(task === 'forecast' && time !== undefined && { time }) }
}

/** A target that is read would answer itself. */
function requireOnce({ name }: Table, columns: readonly string[]): void {
  const again = columns.find((column, index) => columns.indexOf(column) < index)
  if (again !== undefined) throw new SluiceError('table-column/again', { name, column: again })
}

function guessTarget(
  columns: readonly string[],
  kindOf: (column: string) => ColumnKind,
  task: TaskName | undefined,
): string | undefined {
  const of = (...wanted: ColumnKind[]): readonly string[] =>
    columns.filter((column) => wanted.includes(kindOf(column)))
  const only = (found: readonly string[]): string | undefined => (found.length === 1 ? found[0] : undefined)
  const named = columns.filter((column) => usualTargets.has(column.toLowerCase()))
  if (task !== 'forecast' && named.length === 1) return named[0]
  if (task === 'forecast' || of('timestamp').length === 1) return only(of('number'))
  if (task === 'translate') return of('text', 'category').at(-1)
  return task === 'caption' ? only(of('text')) : only(of('category'))
}

/** The task that the kind of its target leaves no doubt about. */
function taskOf(
  target: ColumnKind,
  {
    hasTime,
    id,
    others,
  }: { readonly hasTime: boolean; readonly id: string | undefined; readonly others: readonly ColumnKind[] },
): TaskName | undefined {
  if (target === 'list') return 'tag'
  if (target === 'number') return hasTime ? 'forecast' : undefined
  if (target === 'category' && id === undefined) return 'classify'
  return target === 'text' && others.length === 1 && others[0] === 'category' ? 'caption' : undefined
}

/** The one column of texts or lists; else all columns of numbers. Of a forecast only its target. */
function inputsOf(
  columns: readonly string[],
  kindOf: (column: string) => ColumnKind,
  task: TaskName,
): readonly string[] {
  if (task === 'forecast') return []
  const of = (...wanted: ColumnKind[]): readonly string[] =>
    columns.filter((column) => wanted.includes(kindOf(column)))
  const lists = of('list')
  if (lists.length > 0) return lists
  if (task === 'caption') return of('category').slice(0, 1)
  if (task === 'translate') return of('text', 'category').slice(0, 1)
  const texts = of('text')
  if (texts.length > 0) return texts.slice(0, texts.length === 1 ? 1 : 0)
  const numbers = of('number')
  if (numbers.length > 0) return numbers
  const categories = of('category')
  return categories.length === 1 ? categories : []
}
