import { decodeBytes } from '../encoding.ts'
import { readBytes } from '../file.ts'
import { type Pair, dividedPairs, pairsOf } from '../pairs.ts'

async function textOf(path: string, encoding: string | undefined): Promise<string> {
  return decodeBytes(await readBytes(path), encoding, path).replace(/^\uFEFF/, '')
}

/**
 * Pairs of the lines of two files.
 * @param encoding of both, as for `text.file`
 * @throws SluiceError `text-file`, `text-encoding` or `pairs-line`
 */
export async function readPairFiles(
  sources: string,
  targets: string,
  encoding?: string,
): Promise<readonly Pair[]> {
  const [from, to] = await Promise.all([textOf(sources, encoding), textOf(targets, encoding)])
  return pairsOf(from, to, targets)
}

/** Pairs of a file whose lines hold a source, a tab and a target. @throws SluiceError as `readPairFiles` */
export async function readDividedPairs(path: string, encoding?: string): Promise<readonly Pair[]> {
  return dividedPairs(await textOf(path, encoding), path)
}
