import { SluiceError } from '../core/errors.ts'
import { type Trace, tracedUnit, valuesOf } from '../inspect/index.ts'

/**
 * Writes a trace as a Parquet file: a row for each symbol, with its number, the symbol, and a column for each unit, such
 * as `layers.0.c.17`.
 * @throws SluiceError `output-file`
 */
export async function writeTable(path: string, symbols: readonly string[], { layers }: Trace): Promise<void> {
  const { parquetWriteFile } = await import('hyparquet-writer')
  const units = layers.flatMap(valuesOf).flatMap((value) =>
    Array.from({ length: value.units }, (_unused, unit) => ({
      name: `${value.layer}.${value.name}.${unit}`,
      data: tracedUnit(value, unit),
      type: 'FLOAT' as const,
    })),
  )
  const columnData = [
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
