import { SluiceError } from '../../core/errors.ts'
import { tableFrom } from '../../data/all.ts'
import type { Choice } from '../../generate/index.ts'
import { type StoredModel, sequenceModelFrom } from '../../interop/index.ts'
import type { Runtime } from '../../runtime/index.ts'
import { answers, taskCodec } from '../../task/index.ts'
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

/** Writes texts of a class, with a model that was trained to. @throws SluiceError `usage` or `class-unknown` */
export async function sampleClass(stored: StoredModel, choice: ClassChoice, output: Output): Promise<void> {
  const net = sequenceModelFrom(stored)
  const codec = taskCodec(net)
  const { name, count, temperature = 1, ...rest } = choice
  if (codec.task === 'forecast' || codec.target.kind !== 'text' || codec.input.kind !== 'class')
    throw new SluiceError('usage/sample')
  const { column, classes } = codec.input
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
