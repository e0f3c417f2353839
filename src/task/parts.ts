import { type Holdout, type Parts, holdOutByClass, holdOutRandom, holdOutTail } from '../data/all.ts'

/** What is held out of training, and by which seed. */
export interface HeldOut extends Holdout {
  readonly seed: number
}

/**
 * The parts of some items, the same for the same seed.
 * @param labels class of each, where they have one: then each class is in training
 * @throws SluiceError `split-empty`
 */
export function partsOf(count: number, { by, fraction, seed }: HeldOut, labels?: Int32Array): Parts {
  if (by === 'none')
    return {
      training: Int32Array.from({ length: count }, (_unused, index) => index),
      validation: new Int32Array(),
    }
  if (by === 'tail') return holdOutTail(count, fraction)
  return labels ? holdOutByClass(labels, { fraction, seed }) : holdOutRandom(count, { fraction, seed })
}

/** 1 for each item that is held out. */
export function heldMask(count: number, { validation }: Parts): Uint8Array {
  const mask = new Uint8Array(count)
  for (const index of validation) mask[index] = 1
  return mask
}
