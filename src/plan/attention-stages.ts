/** What an operand of a stage that attends holds: a vector, an entry for each place, or a memory. */
export type Holds = 'vector' | 'places' | 'memory'

/** The operands of each kind of stage that goes over the places of a memory, by field (see `stage` in format.ts). */
export const attentionStages: Readonly<
  Record<string, Readonly<Partial<Record<'a' | 'b' | 'd' | 'memory', Holds>>>>
> = {
  score: { a: 'vector', d: 'places', memory: 'memory' },
  score_additive: { a: 'vector', b: 'vector', d: 'places', memory: 'memory' },
  attention_softmax: { a: 'places', b: 'places', d: 'places' },
  attention_softmax_gradient: { a: 'places', b: 'places', d: 'places' },
  mix: { a: 'places', d: 'vector', memory: 'memory' },
  row_outer: { a: 'places', b: 'vector', memory: 'memory' },
  score_additive_gradient: { a: 'vector', b: 'places', memory: 'memory' },
  places: { d: 'places' },
  keep: { a: 'vector', b: 'places', d: 'vector' },
}

/** The operands in the word list of a `score_additive_gradient`: the vector, then gradients, each -1 if not wanted. */
export const additiveList: readonly Holds[] = ['vector', 'vector', 'memory', 'vector']
