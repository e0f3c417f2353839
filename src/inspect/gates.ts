import type { Node, StepGraph } from '../graph/index.ts'

/** Limits that an operation keeps its value within, from those of its inputs. */
type Bounds = readonly [least: number, most: number]

const anything: Bounds = [-Infinity, Infinity]

/**
 * Names of the gates of a step: the values that its equations hold between 0 and 1, whatever goes in, such as
 * `sigmoid(…)`, `1 - sigmoid(…)` or a product of both.
 */
export function gatesOf(step: StepGraph): readonly string[] {
  const bounds: Bounds[] = []
  for (const node of step.nodes)
    bounds.push(
      boundsOf(
        node,
        node.inputs.map((input) => bounds[input]!),
      ),
    )
  const isGate = ([least, most]: Bounds): boolean => least >= 0 && most <= 1 && least < most
  return step.traces.flatMap(({ name, node }) => (isGate(bounds[node]!) ? [name] : []))
}

/** Functions whose values have limits whatever they read. */
const ranges: Readonly<Record<string, Bounds>> = {
  sigmoid: [0, 1],
  hard_sigmoid: [0, 1],
  tanh: [-1, 1],
  softsign: [-1, 1],
  relu: [0, Infinity],
  exp: [0, Infinity],
  softplus: [0, Infinity],
  abs: [0, Infinity],
  sqrt: [0, Infinity],
  log_sigmoid: [-Infinity, 0],
}

function boundsOf({ op, attributes }: Node, inputs: readonly Bounds[]): Bounds {
  const [a = anything, b = anything] = inputs
  if (op in ranges) return ranges[op]!
  if (op === 'constant') return [attributes.value as number, attributes.value as number]
  if (op === 'copy' || op === 'slice' || op === 'spread') return a
  if (op === 'neg') return [-a[1], -a[0]]
  if (op === 'add') return [a[0] + b[0], a[1] + b[1]]
  if (op === 'sub') return [a[0] - b[1], a[1] - b[0]]
  if (op === 'mul') return product(a, b)
  if (op === 'div' && b[0] === b[1]) return product(a, [1 / b[0], 1 / b[0]])
  if (op === 'max') return [Math.max(a[0], b[0]), Math.max(a[1], b[1])]
  if (op === 'min') return [Math.min(a[0], b[0]), Math.min(a[1], b[1])]
  if (op === 'clip') return clipped(a, attributes as { readonly lo: number; readonly hi: number })
  if (op === 'concat') return [Math.min(...inputs.map(([x]) => x)), Math.max(...inputs.map(([, x]) => x))]
  return anything
}

function product(a: Bounds, b: Bounds): Bounds {
  const corners = a.flatMap((x) => b.map((y) => (x === 0 || y === 0 ? 0 : x * y)))
  return [Math.min(...corners), Math.max(...corners)]
}

function clipped([least, most]: Bounds, { lo, hi }: { readonly lo: number; readonly hi: number }): Bounds {
  return [Math.min(Math.max(least, lo), hi), Math.min(Math.max(most, lo), hi)]
}
