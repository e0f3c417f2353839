import { type SequenceModel, follow } from 'sluice'
import { Stream } from 'sluice/data'
import { type Piece, bitsOf, notesOf } from './chorales.ts'

/** How a piece is continued. */
export interface Continuing {
  readonly frames: number
  /** Below 1: chances nearer to 0 and 1. */
  readonly temperature: number
  readonly seed: number
}

/** A piece that goes on from a beginning: in each frame every key sounds by its chance after all frames before. */
export async function continued(net: SequenceModel, beginning: Piece, how: Continuing): Promise<Piece> {
  const random = new Stream(how.seed)
  const sounds = (logit: number): number =>
    random.uniform() < 1 / (1 + Math.exp(-logit / how.temperature)) ? 1 : 0
  const following = await follow(net)
  const piece = [...beginning]
  let before = bitsOf([])
  for (let frame = 0; frame < how.frames; frame++) {
    const [answer] = await following.next([before])
    if (frame >= beginning.length) piece.push(notesOf(answer!.output.map(sounds)))
    before = bitsOf(piece[frame]!)
  }
  following.end()
  return piece
}
