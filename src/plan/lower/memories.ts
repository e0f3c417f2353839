import type { Node } from '../../graph/index.ts'
import { Unsupported } from '../../core/errors.ts'
import { type Operand, blocksOf, still } from './arena.ts'
import { copyProgram, writeProgram } from './program.ts'
import { keepStage, placesStage } from './stages.ts'
import { type LoopDraft, type Lowering, compute } from './writer.ts'

type Stage = LoopDraft['stages'][number]

/** The operations that make memories and their masks of sequences, and sequences of memories. */
export const memoryOps: ReadonlySet<string> = new Set(['remember', 'recall', 'places', 'keep'])

/** What was laid out before: values, as parts to add, and lengths of rows. */
export interface Before {
  readonly parts: (id: number) => readonly Operand[]
  readonly lengths: (id: number | undefined) => number | undefined
}

/**
 * Where the value of such an operation stands, and the stage that makes it; none where it stands there already.
 * @throws Unsupported where a memory has fewer places than the window has steps, or is of one-hot vectors
 */
export function layMemory(
  lowering: Lowering,
  nodes: readonly Node[],
  id: number,
  { parts, lengths }: Before,
): { readonly place: Operand; readonly stage?: Stage } {
  const { op, inputs, type } = nodes[id]!
  const { arena, shape } = lowering
  const size = type.shape.at(-1)!
  if (op === 'places') {
    const place = still(arena.rowMajor(size, 1))
    return { place, stage: placesStage(lowering, size, lengths(inputs[0]), place) }
  }
  const given = parts(inputs[0]!)
  const [from] = given
  if (!from) throw new Unsupported('unsupported/memory-one-hot')
  if (op === 'recall' && given.length === 1) return { place: from }
  const places = type.shape[0]!
  if (op === 'remember' && places < shape.steps)
    throw new Unsupported('unsupported/places', { places, steps: shape.steps })
  const place = op === 'remember' ? arena.memory(places, size) : arena.rowMajor(size, shape.steps)
  if (op !== 'keep') return { place, stage: sumStage(lowering, size, given, place) }
  const mask = { operand: parts(inputs[1]!)[0]!, places: nodes[inputs[1]!]!.type.shape[0]! }
  return { place, stage: keepStage(lowering, size, mask, from, place) }
}

/** Sums of vectors of `size` entries, step by step. */
export function sumStage(lowering: Lowering, size: number, parts: readonly Operand[], to: Operand): Stage {
  const last = 2 * parts.length - 2
  const program =
    parts.length === 1
      ? copyProgram(lowering, size, [{ from: parts[0]!, home: to }])
      : writeProgram(lowering, {
          size,
          // Parts have the even numbers, sums the odd ones above them.
          list: parts.slice(1).map((_part, i) => ({
            op: 'add',
            args: [i === 0 ? 0 : 2 * i + 1, 2 * i + 2],
            value: 2 * i + 3,
            k: 0,
            k2: 0,
          })),
          homes: new Map([[last + 1, [to]]]),
          locate: (value) => parts[value / 2]!,
          sums: [],
        })
  return { kind: compute, panels: blocksOf(size, lowering.shape.width), units: 1, program }
}
