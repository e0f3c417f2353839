import { readFileSync } from 'node:fs'
import type { Example } from 'sluice'

/** Keys of a piano; key 0 is the note 21 of MIDI. */
export const keys = 88
const lowest = 21

/** A piece: in each frame the notes that sound, as MIDI numbers them. */
export type Piece = readonly (readonly number[])[]

/** Pieces to learn from, to hold out and to test with. */
export interface Pieces {
  readonly train: readonly Piece[]
  readonly valid: readonly Piece[]
  readonly test: readonly Piece[]
}

/** Reads a JSON file of the form of `Pieces`. @throws an error that says what is wrong */
export function readPieces(path: string): Pieces {
  const read = JSON.parse(readFileSync(path, 'utf8')) as Partial<Record<string, Piece[]>>
  const part = (name: string): readonly Piece[] => {
    const pieces = read[name]
    if (!Array.isArray(pieces) || pieces.length === 0)
      throw new Error(`${path} has no pieces under "${name}"`)
    return pieces
  }
  const pieces = { train: part('train'), valid: part('valid'), test: part('test') }
  const wrong = [...pieces.train, ...pieces.valid, ...pieces.test].flat(2).find((note) => !isKey(note))
  if (wrong !== undefined) throw new Error(`${path} has a note that no piano has: ${wrong}`)
  return pieces
}

const isKey = (note: number): boolean => Number.isInteger(note) && note >= lowest && note < lowest + keys

/** A frame as a bit for each key. */
export function bitsOf(notes: readonly number[]): Float32Array {
  const bits = new Float32Array(keys)
  for (const note of notes) bits[note - lowest] = 1
  return bits
}

/** The notes of a frame of bits. */
export function notesOf(bits: ArrayLike<number>): readonly number[] {
  return Array.from(bits).flatMap((bit, key) => (bit === 1 ? [key + lowest] : []))
}

/** A piece to learn: every frame is foretold from those before it, the first from silence. */
export function exampleOf(piece: Piece): Example & { readonly target: readonly Float32Array[] } {
  const frames = piece.map(bitsOf)
  return { input: [new Float32Array(keys), ...frames.slice(0, -1)], target: frames }
}
