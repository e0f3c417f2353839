import type { Node, StepGraph } from '../graph/index.ts'
import type { Init } from './initialise.ts'

/** Columns of a parameter that start alike; a vector is one column. */
export interface Block {
  readonly init: Init
  readonly columns: number
}

/**
 * What each parameter of a step graph does, as the way it should start: by node, its blocks of columns from left to
 * right. Only the graph is looked at: which product, sum or norm reads the parameter, and what stands beside it.
 */
export function parameterRoles(graph: StepGraph): ReadonlyMap<number, readonly Block[]> {
  const carried = carriedNodes(graph)
  return new Map(
    graph.parameters.map(({ node }) => {
      const { shape } = graph.nodes[node]!.type
      const blocks =
        shape.length === 2
          ? matrixBlocks(graph, node, carried)
          : [{ init: vectorInit(graph, node), columns: 1 }]
      return [node, blocks]
    }),
  )
}

/** The nodes that depend on a previous state. */
function carriedNodes({ nodes, states }: StepGraph): ReadonlySet<number> {
  const found = new Set(states.map(({ previous }) => previous))
  for (const [id, { inputs }] of nodes.entries()) {
    if (inputs.some((input) => found.has(input))) found.add(id)
  }
  return found
}

function readers(graph: StepGraph, node: number): readonly Node[] {
  return graph.nodes.filter(({ inputs }) => inputs.includes(node))
}

function matrixBlocks(graph: StepGraph, node: number, carried: ReadonlySet<number>): readonly Block[] {
  const init = (operand: number): Init => (carried.has(operand) ? 'orthogonal' : 'glorot')
  const product = readers(graph, node).find(({ op }) => op === 'product')!
  const operand = product.inputs[1]!
  if (product.attributes.transpose)
    return [{ init: init(operand), columns: graph.nodes[node]!.type.shape[1]! }]
  return pieces(graph, operand).map((piece) => ({
    init: init(piece),
    columns: graph.nodes[piece]!.type.shape.at(-1)!,
  }))
}

/** The vectors that a concatenation is made of. */
function pieces(graph: StepGraph, node: number): readonly number[] {
  const { op, inputs } = graph.nodes[node]!
  return op === 'concat' ? inputs.flatMap((input) => pieces(graph, input)) : [node]
}

/** Operations in which a vector is a factor. */
const multiplies: ReadonlySet<string> = new Set(['mul', 'div', 'score', 'score_additive'])

function vectorInit(graph: StepGraph, node: number): Init {
  const factors = readers(graph, node).filter(({ op }) => multiplies.has(op))
  if (factors.length === 0) return 'zeros'
  const isGain = factors.some(({ inputs }) => inputs.some((input) => isNormal(graph, input)))
  return isGain ? 'ones' : 'uniform'
}

/** Whether a node is a vector over its own deviation: what `norm` multiplies by its gain. */
function isNormal(graph: StepGraph, node: number): boolean {
  const { op, inputs } = graph.nodes[node]!
  if (op !== 'div') return false
  const under = graph.nodes[inputs[1]!]!
  return under.op === 'sqrt' && under.type.shape.length === 0
}
