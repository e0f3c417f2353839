import type { WindowGraph } from '../graph/index.ts'
import type { Runnable } from '../train/index.ts'

/** The input that stands for the vectors that tokens become. */
export const encoded = 'encoded'

/** The node that turns tokens into vectors. */
function encoderNode({ nodes, inputs }: WindowGraph): number {
  const tokens = inputs.find(({ name }) => name === 'tokens')!.node
  return nodes.findIndex(
    ({ op, inputs: read }) => (op === 'onehot' || op === 'gather') && read.includes(tokens),
  )
}

/** What a model's encoder makes of tokens, row-major `[steps][size]`: one-hot vectors or embeddings; zero where there is none. */
export function vectorsOf(
  model: Pick<Runnable, 'program' | 'parameters'>,
  tokens: ArrayLike<number>,
): Float32Array {
  const { graph } = model.program({ rows: 1, steps: 1, training: false })
  const { op, inputs, type } = graph.nodes[encoderNode(graph)]!
  const size = type.shape[0]!
  const table = graph.parameters.find(({ node }) => op === 'gather' && node === inputs[0])
  const weights = table && model.parameters.get(table.name)!.data
  const vectors = new Float32Array(tokens.length * size)
  Array.from(tokens).forEach((token, step) => {
    if (token < 0) return
    if (weights) vectors.set(weights.subarray(token * size, (token + 1) * size), step * size)
    else vectors[step * size + token] = 1
  })
  return vectors
}

/** A window whose encoder is an input. */
export function withoutEncoder(graph: WindowGraph): WindowGraph {
  const encoder = encoderNode(graph)
  const { type } = graph.nodes[encoder]!
  const leaf = { op: 'input', inputs: [], attributes: { name: encoded }, type, name: encoded }
  const nodes = graph.nodes.map((node, id) => (id === encoder ? leaf : node))
  return { ...graph, nodes, inputs: [...graph.inputs, { name: encoded, node: encoder }] }
}
