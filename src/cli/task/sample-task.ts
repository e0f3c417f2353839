import { SluiceError } from '../../core/errors.ts'
import { tableFrom } from '../../data/all.ts'
import type { Choice } from '../../generate/index.ts'
import { type StoredModel, sequenceModelFrom } from '../../interop/index.ts'
import type { SequenceModel } from '../../model/index.ts'
import type { Runtime } from '../../runtime/index.ts'
import { type LabelledCodec, answers, taskCodec } from '../../task/index.ts'
import type { Output } from '../output.ts'
import { table } from '../view/table.ts'

/** What the command line says of texts that are written from a class. */
export interface ClassChoice extends Choice {
  readonly runtime: Runtime
  /** The class; absent: each of them. */
  readonly name?: string
  /** Texts of each class. */
  readonly count: number
  readonly seed: number
  readonly length?: number
}

/** A model that writes texts of classes, and the column and names of these. */
interface ClassWriter {
  readonly net: SequenceModel
  readonly codec: LabelledCodec
  readonly column: string
  readonly classes: readonly string[]
}

/** A model that was trained to write texts of classes. @throws SluiceError `usage` for another */
export function classWriter(stored: StoredModel): ClassWriter {
  const net = sequenceModelFrom(stored)
  const codec = taskCodec(net)
  if (codec.task === 'forecast' || codec.target.kind !== 'text' || codec.input.kind !== 'class')
    throw new SluiceError('usage/sample')
  const { column, classes } = codec.input
  return { net, codec, column, classes }
}

/** Writes texts of a class. @throws SluiceError `class-unknown` */
export async function sampleClass(
  { net, codec, column, classes }: ClassWriter,
  choice: ClassChoice,
  output: Output,
): Promise<void> {
  const { name, count, temperature = 1, ...rest } = choice
  const wanted = name === undefined ? classes : [name]
  const rows = wanted.flatMap((each) => Array.from({ length: count }, () => ({ [column]: each })))
  const lines: (readonly string[])[] = []
  for await (const { item, answer } of answers(net, codec, tableFrom(rows, '--class'), {
    ...rest,
    temperature,
  })) {
    const text = 'text' in answer ? answer.text : ''
    output.record({ class: item.cells.get(column), text, seed: choice.seed })
    lines.push([String(item.cells.get(column)), text])
  }
  if (!output.json) output.print(table(lines))
}
