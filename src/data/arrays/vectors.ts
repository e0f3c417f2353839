import { SluiceError } from '../../core/errors.ts'
import { type NumberArray, shapeText } from './npy.ts'

/** Sequences of vectors, such as the rows of images or the frames of sounds. */
export interface Vectors {
  /** Numbers of a vector. */
  readonly size: number
  /** Each `[steps][size]`. */
  readonly sequences: readonly Float32Array[]
}

/**
 * Sequences of an array `[sequences][steps][size]`; further dimensions are taken together as one vector a step.
 * @param lengths steps of each sequence; all unless given
 * @param name what the array is, for errors
 * @throws SluiceError `array-file` for another shape, `sequence-length` or `array-nan`
 */
export function vectorsOf(
  { shape, data }: NumberArray,
  { lengths, name = 'the array' }: { readonly lengths?: ArrayLike<number>; readonly name?: string } = {},
): Vectors {
  const [count = 0, steps = 0, ...rest] = shape
  const size = rest.reduce((product, length) => product * length, 1)
  if (rest.length === 0 || count * steps * size === 0)
    throw new SluiceError('array-file/shape', {
      name,
      shape: shapeText(shape),
      needed: '(sequences, steps, size)',
    })
  const known = lengths ?? Array.from({ length: count }, () => steps)
  if (known.length !== count) throw new SluiceError('sequence-length/count', { count, lengths: known.length })
  const sequences = Array.from({ length: count }, (_unused, index) => {
    const length = lengthWithin(known[index]!, steps, index)
    return data.slice(index * steps * size, (index * steps + length) * size)
  })
  return checked({ size, sequences })
}

function lengthWithin(length: number, steps: number, index: number): number {
  const given = { what: 'Sequence', index }
  if (length === 0) throw new SluiceError('sequence-length/none', given)
  if (!Number.isInteger(length) || length < 0)
    throw new SluiceError('sequence-length/whole', { ...given, length })
  if (length > steps) throw new SluiceError('sequence-length/above', { ...given, length, steps })
  return length
}

/**
 * Sequences of nested lists `[sequences][steps][size]`, as JSON has them; each may have its own number of steps.
 * @throws SluiceError `array-file`, `sequence-length`, `array-nan`, or `array-size` where vectors have different sizes
 */
export function vectorsFrom(lists: unknown, name = 'the array'): Vectors {
  const given = listAt(lists, name, 'its top').map((sequence, index) => {
    const frames = listAt(sequence, name, `sequence ${index}`)
    if (frames.length === 0) throw new SluiceError('sequence-length/none', { what: 'Sequence', index })
    return frames.map((frame, step) => numbersAt(frame, name, `sequence ${index}, step ${step}`))
  })
  const size = given[0]?.[0]?.length ?? 0
  if (size === 0) throw new SluiceError('array-file/json', { name, place: 'its top' })
  given.forEach((frames, index) => {
    const odd = frames.find(({ length }) => length !== size)
    if (odd)
      throw new SluiceError('array-size/given', {
        what: 'Sequence',
        index,
        found: odd.length,
        expected: size,
      })
  })
  return checked({ size, sequences: given.map((frames) => Float32Array.from(frames.flat())) })
}

function listAt(value: unknown, name: string, place: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new SluiceError('array-file/json', { name, place })
}

function numbersAt(value: unknown, name: string, place: string): readonly number[] {
  const list = listAt(value, name, place)
  if (list.every((number) => typeof number === 'number')) return list
  throw new SluiceError('array-file/json', { name, place })
}

/**
 * One sequence of vectors for each image: its rows, from the first.
 * @param images each of `height * width` numbers
 * @throws SluiceError `array-size` for an image of another size, or `array-nan`
 */
export function imageRows(images: readonly ArrayLike<number>[], height: number, width: number): Vectors {
  images.forEach(({ length }, index) => {
    if (length === height * width) return
    throw new SluiceError('array-size/given', {
      what: 'Image',
      index,
      found: length,
      expected: height * width,
    })
  })
  return checked({ size: width, sequences: images.map((image) => Float32Array.from(image)) })
}

/** Refuses vectors of another size than a model reads. @throws SluiceError `array-size` */
export function requireVectorSize(vectors: Vectors, expected: number): void {
  if (vectors.size === expected) return
  throw new SluiceError('array-size/given', { what: 'Sequence', index: 0, found: vectors.size, expected })
}

function checked(vectors: Vectors): Vectors {
  const { size, sequences } = vectors
  sequences.forEach((frames, index) => {
    const at = frames.findIndex((value) => !Number.isFinite(value))
    if (at < 0) return
    const place = { step: Math.floor(at / size), entry: at % size, value: String(frames[at]) }
    throw new SluiceError('array-nan', { what: 'Sequence', index, ...place })
  })
  return vectors
}
