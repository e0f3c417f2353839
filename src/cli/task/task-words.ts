import type { Facts } from '../../task/index.ts'
import { count, few, plural } from '../view/format.ts'

/** Classes that are named, at most. */
const mostNamed = 12

/** What was understood of a table, before training. */
export function factLines(facts: Facts): readonly string[] {
  const {
    task,
    file,
    rows,
    input,
    columns,
    answer,
    target,
    classes = [],
    training,
    validation,
    heldOut,
    baseline,
  } = facts
  const things = task === 'forecast' ? 'windows' : 'sequences'
  return [
    `${file}: ${plural(rows, task === 'forecast' ? 'row' : 'item')}, task ${task}`,
    `reads ${input} (${columns.join(', ')})`,
    `answers ${answer} (${target})${classes.length > 0 ? `: ${classesText(classes)}` : ''}`,
    validation === 0
      ? `all ${count(training)} ${things} are trained on, none held out`
      : `trained on ${count(training)} ${things}, validated on ${count(validation)} (${heldOut})`,
    ...(baseline ? [`to beat: ${baseline.what}, ${baseline.measure} ${few(baseline.value)}`] : []),
  ]
}

function classesText(classes: NonNullable<Facts['classes']>): string {
  const shown =
    classes.length > mostNamed ? classes.toSorted((a, b) => b.count - a.count).slice(0, mostNamed) : classes
  const rest = classes.length - shown.length
  return [
    ...shown.map((each) => `${each.name} ${count(each.count)}`),
    ...(rest > 0 ? [`and ${count(rest)} more`] : []),
  ].join(', ')
}
