import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { SluiceError } from '../../core/errors.ts'
import type { Codec } from '../../model/index.ts'
import type { Output } from '../output.ts'
import type { TableFlags } from './open-table.ts'

/** SHA-256 of the files of a table: that of its rows, and that of targets that stand apart. @throws SluiceError `text-file` */
export async function tableDigest(path: string, { targets }: Pick<TableFlags, 'targets'>): Promise<string> {
  const hash = createHash('sha256')
  for (const file of [path, ...(targets === undefined ? [] : [targets])])
    await pipeline(createReadStream(file), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) hash.update(chunk)
    }).catch((cause: unknown) => {
      throw new SluiceError(
        'text-file/unreadable',
        { path: file, reason: (cause as Error).message },
        { cause },
      )
    })
  return hash.digest('hex')
}

/** Says so where a table is not the one that a model was trained on: then what was held out of that cannot be told. */
export async function noteChangedTable(
  codec: Codec,
  path: string,
  flags: TableFlags,
  output: Output,
): Promise<void> {
  const before = codec['table']
  if (before === undefined || before === (await tableDigest(path, flags))) return
  output.warn(
    `${path} is not what the model was trained on: what is held out is chosen anew, and the model may have learned from some of it`,
  )
}
