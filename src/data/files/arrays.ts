import { SluiceError } from '../../core/errors.ts'
import { type NumberArray, decodeNpy } from '../arrays/npy.ts'
import { type Vectors, vectorsFrom, vectorsOf } from '../arrays/vectors.ts'
import { decodeBytes } from '../encoding.ts'
import { readBytes } from '../file.ts'

/** An array of a `.npy` file. @throws SluiceError `text-file` or `array-file` */
export async function readArray(path: string): Promise<NumberArray> {
  return decodeNpy(await readBytes(path), path)
}

/**
 * Sequences of vectors of a `.npy` file `[sequences][steps][size]`, or of nested lists in a `.json` file.
 * @param lengths steps of each sequence of a `.npy` file; all unless given
 * @throws SluiceError `text-file`, `array-file`, `array-size`, `array-nan` or `sequence-length`
 */
export async function readVectors(path: string, lengths?: ArrayLike<number>): Promise<Vectors> {
  if (!path.toLowerCase().endsWith('.json'))
    return vectorsOf(await readArray(path), { name: path, ...(lengths && { lengths }) })
  return vectorsFrom(parsed(decodeBytes(await readBytes(path), undefined, path), path), path)
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new SluiceError('array-file/json', { name, place: 'its top' }, { cause })
  }
}
