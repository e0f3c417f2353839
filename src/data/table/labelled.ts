import { Classes } from '../classes.ts'
import { type Table, requireColumns } from './table.ts'
import { type CellOptions, typedBatches } from './typed.ts'

/** Texts and their classes. */
export interface LabelledTexts {
  readonly texts: readonly string[]
  /** Class of each text. */
  readonly labels: Int32Array
  readonly classes: Classes
}

/** Which columns of a table hold what. */
export interface LabelledOptions extends Pick<CellOptions, 'blank'> {
  readonly text: string
  readonly label: string
  /** The classes that are known, such as a model's; absent: those of the table. */
  readonly classes?: Classes
}

/** Texts with labels, some rows at a time; labels are not numbered yet. @throws SluiceError `table-column` or `table-cell` */
export async function* labelledBatches(
  table: Table,
  { text, label, blank = [] }: Omit<LabelledOptions, 'classes'>,
): AsyncGenerator<{ readonly texts: readonly string[]; readonly labels: readonly string[] }> {
  requireColumns(table, [text, label])
  for await (const { texts } of typedBatches(table, { [text]: 'text', [label]: 'category' }, { blank }))
    yield { texts: texts.get(text)!, labels: texts.get(label)! }
}

/** All texts of a table and their classes. @throws SluiceError `table-column`, `table-cell` or `class-unknown` */
export async function readLabelled(table: Table, options: LabelledOptions): Promise<LabelledTexts> {
  const texts: string[] = []
  const labels: string[] = []
  for await (const batch of labelledBatches(table, options)) {
    for (const each of batch.texts) texts.push(each)
    for (const each of batch.labels) labels.push(each)
  }
  const classes = options.classes ?? Classes.of(labels)
  return { texts, labels: classes.encode(labels, table.name), classes }
}
