import { createReadStream } from 'node:fs'
import { SluiceError } from '../../core/errors.ts'
import { decodeChunks } from '../encoding.ts'
import { type SystemError, readError } from '../file.ts'

/** Bytes of a file that are read at once. */
const chunkBytes = 256 * 1024

/** The text of a file piece by piece, without a byte-order mark. @throws SluiceError `text-file` or `text-encoding` */
export function textChunks(path: string, encoding: string | undefined): AsyncGenerator<string> {
  return decodeChunks(bytesOf(path), encoding, path)
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) yield chunk as Uint8Array
  } catch (cause) {
    throw cause instanceof SluiceError ? cause : readError(path, cause as SystemError)
  }
}
