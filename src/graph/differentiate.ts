import type { Graph, StepGraph } from './types.ts'
import type { StepGradient } from './operation.ts'
import { Builder, numbers } from './builder.ts'
import { derivatives } from './derivatives/index.ts'
import { invariant } from '../core/errors.ts'

/**
 * Appends reverse-mode derivatives (Linnainmaa 1970) to a graph. `seeds` holds the gradient of some nodes as nodes of
 * the builder; the result holds the gradient of each node of `wanted` that the seeds depend on.
 */
export function differentiate(
  build: Builder,
  seeds: ReadonlyMap<number, number>,
  wanted: readonly number[],
): ReadonlyMap<number, number> {
  const last = Math.max(-1, ...seeds.keys())
  const active = dependents(build, wanted, last)
  const parts = new Map<number, number[]>()
  const several = new Map<number, (number | undefined)[]>()
  for (const [node, gradient] of seeds) push(parts, node, gradient)
  const found = new Map<number, number>()
  for (let id = last; id >= 0; id--) {
    if (!active.has(id)) continue
    const dy = total(build, parts.get(id))
    if (dy !== undefined) found.set(id, dy)
    const node = build.nodes[id]!
    if (node.op === 'pick' && dy !== undefined)
      collect(several, node.inputs[0]!, node.attributes.index as number, build, dy)
    const dys = several.get(id) ?? (dy === undefined ? undefined : [dy])
    if (node.inputs.length > 0 && node.op !== 'pick' && dys) spread(build, id, dys, active, parts)
  }
  return new Map(wanted.flatMap((node) => (found.has(node) ? [[node, found.get(node)!] as const] : [])))
}

/** Nodes up to `last` whose value depends on one of `sources`. */
function dependents(build: Builder, sources: readonly number[], last: number): ReadonlySet<number> {
  const active = new Set(sources)
  for (let id = 0; id <= last; id++) {
    if (build.nodes[id]!.inputs.some((input) => active.has(input))) active.add(id)
  }
  return active
}

function push(parts: Map<number, number[]>, node: number, gradient: number): void {
  const list = parts.get(node)
  if (list) list.push(gradient)
  else parts.set(node, [gradient])
}

function total(build: Builder, gradients: readonly number[] | undefined): number | undefined {
  return gradients?.reduce((sum, gradient) => build.add('add', [sum, gradient]))
}

function collect(
  several: Map<number, (number | undefined)[]>,
  node: number,
  index: number,
  build: Builder,
  dy: number,
): void {
  const list = several.get(node) ?? build.nodes[node]!.results!.map(() => undefined)
  const known = list[index]
  list[index] = known === undefined ? dy : build.add('add', [known, dy])
  several.set(node, list)
}

/** Passes the gradient of one node on to its inputs. */
function spread(
  build: Builder,
  id: number,
  dys: readonly (number | undefined)[],
  active: ReadonlySet<number>,
  parts: Map<number, number[]>,
): void {
  const node = build.nodes[id]!
  const derivative = derivatives.get(node.op)
  invariant(derivative, `${node.op} has no derivative`)
  const wanted = (index: number): boolean => active.has(node.inputs[index]!)
  const { inputs } = node
  const gradients = derivative({ build, node, inputs, y: id, dys, dy: dys[0]!, wanted, differentiateStep })
  gradients.forEach((gradient, index) => {
    const input = inputs[index]!
    if (gradient !== undefined && wanted(index)) push(parts, input, reduceTo(build, gradient, input))
  })
}

/** Undoes broadcasting: sums a gradient down to the type of what it is the gradient of. */
function reduceTo(build: Builder, gradient: number, input: number): number {
  const target = build.type(input)
  let result = gradient
  if (target.shape.length === 0 && build.type(result).shape.length === 1) result = build.add('sum', [result])
  if (target.extent === 'once' && build.type(result).extent !== 'once')
    result = build.add('sum_rows', [result])
  const overSteps = target.extent === 'row' && build.type(result).extent === 'step'
  invariant(!overSteps, 'a gradient over steps has no sum for what exists once a row')
  return result
}

const known = new WeakMap<StepGraph, StepGradient>()

/** The derivative of a step graph with respect to its inputs, previous states and parameters. */
export function differentiateStep(step: StepGraph): StepGradient {
  const made = known.get(step) ?? deriveStep(step)
  known.set(step, made)
  return made
}

function deriveStep(step: StepGraph): StepGradient {
  const build = new Builder(numbers, step.nodes)
  const seeds = new Map<number, number>()
  const seed = (label: string, name: string, node: number): number => {
    const leaf = build.leaf('input', `${label} ${name}`, { extent: 'row', shape: build.type(node).shape })
    const before = seeds.get(node)
    seeds.set(node, before === undefined ? leaf : build.add('add', [before, leaf]))
    return leaf
  }
  const states = step.states.map(({ name, next }) => seed('d next', name, next))
  const outputs = step.outputs.map(({ name, node }) => seed('d output', name, node))
  const leaves = [
    ...step.inputs.map(({ node }) => node),
    ...step.states.map(({ previous }) => previous),
    ...step.parameters.map(({ node }) => node),
  ]
  const gradients = differentiate(build, seeds, leaves)
  const graph: Graph = { nodes: build.nodes }
  return {
    step,
    graph,
    seeds: { outputs, states },
    inputs: step.inputs.map(({ node }) => gradients.get(node)),
    states: step.states.map(({ previous }) => gradients.get(previous)),
    parameters: step.parameters.map(({ node }) => gradients.get(node)),
  }
}
