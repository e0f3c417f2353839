import { SluiceError } from '../../core/errors.ts'
import type { StoredModel } from '../../interop/index.ts'
import { sequenceModelFrom } from '../../interop/index.ts'
import type { SequenceModel } from '../../model/index.ts'
import type { Runtime } from '../../runtime/index.ts'
import {
  type LabelledCodec,
  examplesOf,
  measureClasses,
  measureForecast,
  measureTexts,
  sidesOf,
  taskCodec,
} from '../../task/index.ts'
import type { Table } from '../../data/all.ts'
import { type RuntimeFlags, runtimeFor } from '../options.ts'
import type { Output } from '../output.ts'
import { classLines, forecastLines, textLines } from './figures.ts'
import { type TableFlags, openTable, readingAgain } from './open-table.ts'
import { evaluating, requireHeeded } from './heeded.ts'
import { noteChangedTable } from './table-digest.ts'
import { understandAgain } from './understand.ts'

interface Flags extends TableFlags, RuntimeFlags {
  readonly batch?: number
  readonly heldOut?: boolean
  readonly beam?: number
  readonly window?: number
  readonly keepCr?: boolean
}

/** Prints the figures that suit the task of a model. */
export async function evalTask(
  stored: StoredModel,
  file: string,
  flags: Flags,
  output: Output,
): Promise<void> {
  const net = sequenceModelFrom(stored)
  const codec = taskCodec(net)
  if (flags.heldOut && codec.heldOut.by === 'none') throw new SluiceError('usage/held-out')
  requireHeeded(flags, codec, evaluating)
  const reading = readingAgain(net.codec, flags, true)
  const table = await openTable(file, reading)
  if (flags.heldOut) await noteChangedTable(net.codec, file, reading, output)
  const runtime = await runtimeFor(flags, output)
  if (codec.task === 'forecast') {
    const part = flags.heldOut ? 'validation' : 'all'
    const figures = await measureForecast(net, codec, table, part, {
      runtime,
      ...(flags.batch !== undefined && { batch: flags.batch }),
    })
    return show(output, figures, () => forecastLines(figures, codec))
  }
  return evalLabelled({ net, codec, table, runtime }, flags, output)
}

async function evalLabelled(
  {
    net,
    codec,
    table,
    runtime,
  }: { net: SequenceModel; codec: LabelledCodec; table: Table; runtime: Runtime },
  { heldOut, batch, beam }: Flags,
  output: Output,
): Promise<void> {
  const examples = heldOut
    ? (await understandAgain(table, codec)).open('validation')
    : examplesOf(table, codec, sidesOf(codec))
  const reading = { runtime, ...(batch !== undefined && { batch }) }
  if (codec.target.kind === 'text') {
    const search = beam !== undefined && { beam }
    const figures = await measureTexts(net, codec, examples, { ...reading, ...search })
    return show(output, figures, () => textLines(figures))
  }
  const figures = await measureClasses(net, codec, examples, reading)
  return show(output, figures, () => classLines(figures, codec.task === 'tag' ? 'step' : 'item'))
}

function show(output: Output, figures: object, lines: () => readonly string[]): void {
  if (output.json) output.record(figures)
  else output.print(lines())
}
