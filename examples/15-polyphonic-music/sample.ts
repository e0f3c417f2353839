import { type SequenceModel, openRuntime } from 'sluice'
import { Stream } from 'sluice/data'
import { answerOutput } from 'sluice/model'
import { Session, usedFor } from 'sluice/train'
import { type Piece, bitsOf, keys, notesOf } from './chorales.ts'

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
  const session = await Session.open(usedFor(net, 'continue'), openRuntime(), {
    rows: 1,
    steps: 1,
    training: false,
  })
  const piece = [...beginning]
  let before: ArrayLike<number> = new Float32Array(keys)
  for (let frame = 0; frame < how.frames; frame++) {
    await session.run({ steps: 1, inputs: { x: before } }, { mode: 'forward', training: false })
    const logits = session.read(answerOutput)
    const sounds = (logit: number): number =>
      random.uniform() < 1 / (1 + Math.exp(-logit / how.temperature)) ? 1 : 0
    if (frame >= beginning.length) piece.push(notesOf(Float32Array.from(logits, sounds)))
    before = bitsOf(piece[frame]!)
  }
  session.dispose()
  return piece
}
