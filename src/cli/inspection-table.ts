import { SluiceError } from '../core/errors.ts'
import { tracedUnit, valuesOf } from '../inspect/index.ts'
import type { Inspection } from './inspection.ts'

/**
 * Writes a trace as a Parquet file: a row for each symbol, with its number, the symbol, and a column for each unit, such
 * as `layers.0.c.17`; of sequences also with that of the sequence.
 * @throws SluiceError `output-file`
 */
export async function writeTable(
  path: string,
  { symbols, ends, trace: { layers } }: Pick<Inspection, 'symbols' | 'ends' | 'trace'>,
): Promise<void> {
  const { parquetWriteFile } = await import('hyparquet-writer')
  const units = layers.flatMap(valuesOf).flatMap((value) =>
    Array.from({ length: value.units }, (_unused, unit) => ({
      name: `${value.layer}.${value.name}.${unit}`,
      data: tracedUnit(value, unit),
      type: 'FLOAT' as const,
    })),
  )
  const columnData = [
    ...(ends
      ? [{ name: 'sequence', data: sequenceNumbers(symbols.length, ends), type: 'INT32' as const }]
      : []),
    { name: 'step', data: Int32Array.from(symbols.keys()), type: 'INT32' as const },
    { name: 'symbol', data: [...symbols], type: 'STRING' as const },
    ...units,
  ]
  try {
    parquetWriteFile({ filename: path, columnData })
  } catch (cause) {
    throw new SluiceError('output-file', { path, reason: (cause as Error).message }, { cause })
  }
}

/** For each step the number of its sequence, from 0. */
function sequenceNumbers(steps: number, ends: ReadonlySet<number>): Int32Array {
  let sequence = 0
  return Int32Array.from({ length: steps }, (_unused, step) => (ends.has(step) ? sequence++ : sequence))
}
