import { StepRewriter, type StepGraph, type WindowGraph } from '../graph/index.ts'
import type { NamedScan } from './scans.ts'
import { changeSteps } from './window-change.ts'

/** Where a state is touched: its new value, which everything in its step reads, or what the next step starts from. */
export type Moment = 'new' | 'previous'

/** Name of the input of a step that is added to a state. */
function nudgeName(state: string): string {
  return `nudge of ${state}`
}

/** Name of the input of a window whose gradient is that of a state at every step. */
export function nudgeOf(scan: NamedScan, state: string, moment: Moment): string {
  const ports = scan.step.states
  const port = ports.find(({ name }) => name === state)!
  const first = moment === 'new' ? ports.find(({ next }) => next === port.next)! : port
  return `${scan.name}.${nudgeName(first.name)}`
}

/**
 * A window in which an input, zero unless it is written, is added to each state of some layers at every step. Its gradient
 * at a step is the derivative with respect to that state at that step.
 */
export function withNudges(graph: WindowGraph, layers: readonly NamedScan[], moment: Moment): WindowGraph {
  const names = new Set(layers.map(({ name }) => name))
  return changeSteps(graph, ({ name, step }) => (names.has(name) ? nudged(step, moment) : undefined))
}

function nudged(step: StepGraph, moment: Moment): StepGraph {
  const rewriter = new StepRewriter(step)
  const states = new Map(
    step.states.toReversed().map((state) => [moment === 'new' ? state.next : state.previous, state]),
  )
  rewriter.replace((copy, id) => {
    const state = states.get(id)
    if (!state) return copy
    const size = step.nodes[id]!.type.shape[0]!
    return rewriter.build.add('add', [copy, rewriter.input(nudgeName(state.name), size)])
  })
  return rewriter.finish()
}
