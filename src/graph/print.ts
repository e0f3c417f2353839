import type { Graph, Node, StepGraph } from './types.ts'
import { typeText } from './types.ts'
import type { StepGradient } from './operation.ts'

/**
 * Text of a graph, one node a line: `%5 f [B,128] = sigmoid(%4)`. Equal texts mean equal graphs up to the sizes that
 * `format` prints alike. Bodies of scans are indented under their scan.
 */
export function printGraph<S>(graph: Graph<S>, format: (size: S) => string = String): string {
  return graph.nodes.map((node, id) => printNode(node, id, format)).join('\n')
}

/** Text of a step graph: its nodes, then its states and outputs. */
export function printStep<S>(step: StepGraph<S>, format: (size: S) => string = String): string {
  const states = step.states.map(
    ({ name, next, initial }) => `state ${name}' = %${next}${initial === 'learned' ? ' learned' : ''}`,
  )
  const outputs = step.outputs.map(({ name, node }) => `output ${name} = %${node}`)
  return [printGraph(step, format), ...states, ...outputs].join('\n')
}

function printNode<S>(node: Node<S>, id: number, format: (size: S) => string): string {
  const { op, inputs, attributes, name } = node
  const body = (attributes.step ?? (attributes.gradient as StepGradient | undefined)?.step) as
    | StepGraph
    | undefined
  const settings = Object.entries(attributes)
    .filter(([key, value]) => typeof value !== 'object' && !(key === 'name' && value === name))
    .map(([key, value]) => `${key}: ${String(value)}`)
  const list = [...inputs.map((input) => `%${input}`), ...settings, ...(body ? [body.name] : [])].join(', ')
  const types = (node.results ?? [node.type]).map((type) => typeText(type, format)).join(' ')
  const line = `%${id}${name === undefined ? '' : ` ${name}`} ${types} = ${op}(${list})`
  return body && op === 'scan'
    ? [
        line,
        ...printStep(body)
          .split('\n')
          .map((text) => `  ${text}`),
      ].join('\n')
    : line
}
