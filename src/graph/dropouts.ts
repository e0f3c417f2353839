import { SluiceError } from '../core/errors.ts'
import type { Builder } from './builder.ts'
import type { Drawn, MaskAttributes } from './operations/masks.ts'
import { type Span, joined, recurrentSpans } from './recurrent.ts'
import { StepRewriter } from './rewrite-step.ts'
import type { StepGraph } from './types.ts'

/*
 * Dropouts inside a cell, as functions from step graph to step graph. Each adds inputs for masks; `maskInputs` writes the
 * operations that give them their values. docs/dropout.md defines what each means for any cell.
 */

/** A mask that a step reads as one of its inputs. */
export interface StepMask {
  /** Name of the input. */
  readonly input: string
  readonly attributes: Omit<MaskAttributes, 'stream'>
}

/** A step with masks: the inputs that it had, then one for each mask. */
export interface MaskedStep {
  readonly step: StepGraph
  readonly masks: readonly StepMask[]
}

/** Dropout that scales what it keeps, so that outside training nothing is left to do. */
function inverted(rate: number, drawn: Drawn, size: number): StepMask['attributes'] {
  return { rate, drawn, size, kept: 1 / (1 - rate), dropped: 0, outside: 1 }
}

/** Writes the masks of a step into a window graph, numbered from `stream` on; gives one sequence for each. */
export function maskInputs(build: Builder, masks: readonly StepMask[], stream: number): readonly number[] {
  return masks.map(({ attributes }, index) =>
    build.add('mask', [], { ...attributes, stream: stream + index }),
  )
}

/**
 * Variational dropout of recurrent connections (Gal & Ghahramani 2016): wherever a product reads a previous state, alone,
 * joined to others or gated by a product of entries, it reads the state times a mask that is the same at every step. What
 * a step does with the state entry by entry stays as it is.
 * @param rate in [0, 1)
 * @param drawn `row` for one mask a sequence; `step` for a new one each step
 * @throws SluiceError `dropout-cell` for a cell in which no product reads a state
 */
export function variationalStates(step: StepGraph, rate: number, drawn: Drawn = 'row'): MaskedStep {
  const rewriter = new StepRewriter(step)
  const masks = new Map<number, number>()
  const known = new Map<number, number>()
  const added: StepMask[] = []
  const maskOf = (index: number): number => {
    const { name, previous } = step.states[index]!
    const size = step.nodes[previous]!.type.shape[0]!
    const input = `recurrent mask of ${name}`
    const mask = masks.get(index) ?? rewriter.input(input, size)
    if (!masks.has(index)) added.push({ input, attributes: inverted(rate, drawn, size) })
    masks.set(index, mask)
    return mask
  }
  const masked = (id: number): number => {
    const found = known.get(id)
    if (found !== undefined) return found
    const state = step.states.findIndex(({ previous }) => previous === id)
    const { op, inputs, attributes } = step.nodes[id]!
    const made =
      state >= 0
        ? rewriter.build.add('mul', [rewriter.at(id), maskOf(state)])
        : passing.has(op)
          ? rewriter.build.add(op, inputs.map(masked), attributes)
          : rewriter.at(id)
    known.set(id, made)
    return made
  }
  rewriter.write(({ op, inputs }) =>
    op === 'product' ? [rewriter.at(inputs[0]!), masked(inputs[1]!)] : undefined,
  )
  if (added.length === 0) throw new SluiceError('dropout-cell/product', { cell: step.name })
  return { step: rewriter.finish(), masks: added }
}

/** Operations through which a product still reads the state. */
const passing: ReadonlySet<string> = new Set(['concat', 'slice', 'mul'])

/**
 * Recurrent dropout without memory loss (Semeniuta, Severyn & Barth 2016): of each state whose new value is a sum in which
 * some terms are the previous value times something, entry by entry, all other terms (the update) are masked. Other states
 * stay as they are.
 * @param rate in [0, 1)
 * @param drawn `step` for a new mask each step, `row` for one a sequence
 * @throws SluiceError `dropout-cell` for a cell without such a state
 */
export function recurrentDropout(step: StepGraph, rate: number, drawn: Drawn = 'step'): MaskedStep {
  const rewriter = new StepRewriter(step)
  const masks: StepMask[] = []
  const updates = new Map<number, { readonly mask: string; readonly size: number; readonly state: number }>()
  for (const { name, previous, next } of step.states) {
    const terms = termsOf(step, next)
    const isMemory = (id: number): boolean => carries(step, id, previous)
    if (terms.every(isMemory) || !terms.some(isMemory)) continue
    const size = step.nodes[next]!.type.shape[0]!
    const mask = `update mask of ${name}`
    masks.push({ input: mask, attributes: inverted(rate, drawn, size) })
    updates.set(next, { mask, size, state: previous })
  }
  if (masks.length === 0) throw new SluiceError('dropout-cell/memory', { cell: step.name })
  const rebuilt = (id: number, mask: number, state: number): number => {
    const { op, inputs, attributes, name } = step.nodes[id]!
    if (sums.has(op))
      return rewriter.build.add(
        op,
        inputs.map((input) => rebuilt(input, mask, state)),
        attributes,
        name,
      )
    return carries(step, id, state) ? rewriter.at(id) : rewriter.build.add('mul', [rewriter.at(id), mask])
  }
  rewriter.write((_node, id) => {
    const update = updates.get(id)
    return update && rebuilt(id, rewriter.input(update.mask, update.size), update.state)
  })
  return { step: rewriter.finish(), masks }
}

const sums: ReadonlySet<string> = new Set(['add', 'sub'])

/** Terms of the sum that a node is. */
function termsOf({ nodes }: Pick<StepGraph, 'nodes'>, id: number): readonly number[] {
  const { op, inputs } = nodes[id]!
  return sums.has(op) ? inputs.flatMap((input) => termsOf({ nodes }, input)) : [id]
}

/** Whether a term is the previous state, or that times something entry by entry. */
function carries({ nodes }: Pick<StepGraph, 'nodes'>, id: number, previous: number): boolean {
  const { op, inputs } = nodes[id]!
  return id === previous || (op === 'mul' && inputs.some((input) => carries({ nodes }, input, previous)))
}

/**
 * Zoneout (Krueger et al. 2017): while training, each entry of a state keeps its previous value with the probability
 * `rate`; outside training, the new value is the mean of both, the previous one weighted with `rate`. Outputs that are the
 * new state are that value; other equations of the step read the value before zoneout.
 * @param rates by state, each in [0, 1); states that are not named stay as they are
 */
export function zoneout(step: StepGraph, rates: Readonly<Record<string, number>>): MaskedStep {
  const rewriter = new StepRewriter(step)
  const { build } = rewriter
  rewriter.write(() => undefined)
  const masks: StepMask[] = []
  const results = new Map<number, number>()
  for (const [name, rate] of Object.entries(rates)) {
    const state = step.states.find((port) => port.name === name)
    if (!state) {
      const names = step.states.map((port) => port.name).join(', ')
      throw new SluiceError('dropout-cell/state', { cell: step.name, name, names })
    }
    const size = step.nodes[state.next]!.type.shape[0]!
    const input = `zoneout mask of ${name}`
    const mask = rewriter.input(input, size)
    masks.push({ input, attributes: { rate, drawn: 'step', size, kept: 0, dropped: 1, outside: rate } })
    const kept = build.add('mul', [mask, rewriter.at(state.previous)])
    const rest = build.add('sub', [build.constant(1), mask])
    results.set(state.next, build.add('add', [kept, build.add('mul', [rest, rewriter.at(state.next)])]))
  }
  return { step: rewriter.finish(results), masks }
}

/**
 * The columns of each matrix that multiply something that depends on a previous state: what DropConnect drops
 * (Wan et al. 2013; Merity, Keskar & Socher 2018). Matrices that multiply nothing of the kind are left out.
 * @throws SluiceError `dropout-cell` where such columns are not side by side, or the matrix is used transposed
 */
export function recurrentColumns(step: StepGraph): ReadonlyMap<string, Span> {
  const found = new Map<number, Span[]>()
  for (const { op, inputs, attributes } of step.nodes) {
    if (op !== 'product') continue
    const spans = recurrentSpans(step, inputs[1]!)
    if (spans.length > 0 && attributes.transpose)
      throw new SluiceError('dropout-cell/columns', { cell: step.name })
    if (spans.length > 0) found.set(inputs[0]!, [...(found.get(inputs[0]!) ?? []), ...spans])
  }
  return new Map(
    step.parameters.flatMap(({ name, node }) => {
      const spans = found.get(node)
      if (!spans) return []
      const whole = joined(spans)
      if (!whole) throw new SluiceError('dropout-cell/columns', { cell: step.name })
      return [[name, whole] as const]
    }),
  )
}
