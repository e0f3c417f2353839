import type { Piece } from './chorales.ts'

/** Ticks of a quarter note, which a frame is. */
const ticks = 480

/**
 * A piece as a standard MIDI file of one track (The MIDI Association, "Standard MIDI Files 1.0", 1996), at 100 quarter notes
 * a minute. A note that sounds in neighbouring frames is held.
 */
export function midiFile(piece: Piece): Uint8Array {
  const tempo = [0, 0xff, 0x51, 3, ...bigEndian(600_000, 3)] // microseconds of a quarter note
  const end = [0, 0xff, 0x2f, 0]
  const track = [...tempo, ...events(piece), ...end]
  const head = [
    ...text('MThd'),
    ...bigEndian(6, 4),
    ...bigEndian(0, 2),
    ...bigEndian(1, 2),
    ...bigEndian(ticks, 2),
  ]
  return Uint8Array.from([...head, ...text('MTrk'), ...bigEndian(track.length, 4), ...track])
}

/** What begins and ends between one frame and the next, each with the ticks since the event before. */
function events(piece: Piece): readonly number[] {
  const bytes: number[] = []
  let waited = 0
  const add = (status: number, note: number): void => {
    bytes.push(...variableLength(waited), status, note, 72)
    waited = 0
  }
  const frames = [[], ...piece, []] as Piece
  for (let at = 1; at < frames.length; at++) {
    const [before, now] = [frames[at - 1]!, frames[at]!]
    for (const note of before) if (!now.includes(note)) add(0x80, note)
    for (const note of now) if (!before.includes(note)) add(0x90, note)
    waited += ticks
  }
  return bytes
}

/** Seven bits a byte, the highest first; all but the last have their top bit set. */
function variableLength(value: number): readonly number[] {
  const rest = value >>> 7
  const before = rest === 0 ? [] : variableLength(rest).map((byte) => byte | 0x80)
  return [...before, value & 0x7f]
}

const bigEndian = (value: number, bytes: number): readonly number[] =>
  Array.from({ length: bytes }, (_unused, i) => (value >>> (8 * (bytes - 1 - i))) & 0xff)

const text = (letters: string): readonly number[] => Array.from(letters, (letter) => letter.charCodeAt(0))
