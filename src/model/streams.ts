/**
 * Numbers of the random streams of a model: functions of the place in the model alone, so that a run that goes on, on any
 * number of threads, draws what it would have drawn. Dropout of a layer's outputs has the number of the layer.
 */
const kinds = ['outputs', 'words', 'inputs', 'states', 'updates', 'zoneout', 'weights'] as const

/** What is dropped. */
export type DropKind = (typeof kinds)[number]

/** Masks of one kind that one way of one layer may have. */
const masksOfAWay = 2 ** 9

/** The stream of the first mask of a kind in a layer, of which others follow. */
export function dropStream(kind: DropKind, layer: number, isReverse = false): number {
  if (kind === 'outputs') return layer
  return (kinds.indexOf(kind) << 24) + layer * 2 * masksOfAWay + Number(isReverse) * masksOfAWay
}

/** The stream of the starting weights of one way of a layer. */
export function weightStream(layer: number, isReverse: boolean): number {
  return layer + Number(isReverse) * 2 ** 16
}

/** Streams of the starting weights of the head, of the embedding, and of that of what was written before. */
export const headStream = 1000
export const embeddingStream = 1001
export const previousStream = 1002

/** Streams of the starting weights of bridges from an encoder to a decoder, from this one up. */
export const bridgeStream = 1003
