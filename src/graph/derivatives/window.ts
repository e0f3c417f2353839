import { rules } from '../operations/losses.ts'
import type { StepGraph } from '../types.ts'
import type { Derivative, Derivatives } from './derivative.ts'

/** A dropout drops the same entries of the gradient, whatever else it reads. */
const dropped: Derivative = ({ build, node, inputs: [, ...others], dy }) => [
  build.add(node.op, [dy, ...others], node.attributes),
  ...others.map(() => undefined),
]

/** The gradient of a loss is an operation of its own, which has all that the loss reads. */
const loss: Derivative = ({ build, node, inputs, dy }) => {
  const gradient = build.add(`${node.op}_gradient`, [...inputs, dy], node.attributes)
  return inputs.map((_input, index) => (index === 0 ? gradient : undefined))
}

/** Operations of window graphs: tokens, dropouts and masks, scans, sequences as memories, losses. */
export const window: Derivatives = {
  onehot: () => [undefined],
  gather({ build, inputs: [matrix, tokens], dy }) {
    return [build.add('scatter', [dy, tokens!], { classes: build.type(matrix!).shape[0]! }), undefined]
  },
  dropout: dropped,
  sequence_dropout: dropped,
  word_dropout: dropped,
  weight_dropout: dropped,
  log_softmax({ build, y, dy }) {
    const total = build.add('sum', [dy])
    return [build.add('sub', [dy, build.add('mul', [build.add('exp', [y]), total])])]
  },
  reverse: ({ build, inputs: [, ...lengths], dy }) => [build.add('reverse', [dy, ...lengths])],
  select({ build, inputs: [flags], dy }) {
    const none = build.zeros(build.type(dy))
    return [undefined, build.add('select', [flags!, dy, none]), build.add('select', [flags!, none, dy])]
  },
  scan({ build, node, inputs, dys, differentiateStep }) {
    const step = node.attributes.step as StepGraph
    const seeds = node.results!.map((type, i) => dys[i] ?? build.zeros(type))
    const gradient = differentiateStep(step)
    const masked = node.attributes.masked === true
    const attributes = { gradient, ...(masked && { masked }) }
    const result = build.add('scan_gradient', [...inputs, ...seeds], attributes)
    const pick = (index: number): number => build.add('pick', [result], { index })
    const [states, parameters] = [step.inputs.length, step.inputs.length + step.states.length]
    return [...gradient.inputs, ...gradient.states, ...gradient.parameters].map((part, index) => {
      // Where no step is taken, the gradient of the final state is that of the initial one.
      const passes = masked && index >= states && index < parameters
      return part === undefined && !passes ? undefined : pick(index)
    })
  },
  remember: ({ build, dy }) => [build.add('recall', [dy])],
  places: ({ inputs }) => inputs.map(() => undefined),
  keep: ({ build, inputs: [, mask], dy }) => [build.add('keep', [dy, mask!]), undefined],
  ...Object.fromEntries(Object.keys(rules).map((name) => [name, loss])),
}
