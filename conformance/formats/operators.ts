import type { Apply } from './activations.ts'

/** The recurrent operators of ONNX. */
export const operators = ['LSTM', 'GRU', 'RNN'] as const

export type Operator = (typeof operators)[number]

/** Activation functions of an operator that names none. */
export const defaultActivations: Readonly<Record<Operator, readonly string[]>> = {
  LSTM: ['Sigmoid', 'Tanh', 'Tanh'],
  GRU: ['Sigmoid', 'Tanh'],
  RNN: ['Tanh'],
}

/** What decides the equations of a node. */
export interface Variant {
  readonly operator: Operator
  /** In the operator's order: f, g and h of the LSTM. */
  readonly activations: readonly Apply[]
  /** Limit of whatever goes into an activation function. */
  readonly clip?: number | undefined
  /** Whether the forget gate is 1 minus the input gate. */
  readonly coupled: boolean
  /** Whether the GRU's reset gate comes after the recurrent product. */
  readonly linearBeforeReset: boolean
  readonly bias: boolean
  readonly peepholes: boolean
}

/**
 * The equations of a node over its inputs as they are: W, R, B and P, with gates stacked in ONNX's order (i, o, f, c
 * and z, r, h). Only the GRU's R is cut into R_z, R_r and R_h, since one of them may read r * h.
 */
export function equationsOf(variant: Variant): string {
  const { operator, activations, clip } = variant
  const clipped = activations.map(
    (apply): Apply =>
      (value) =>
        apply(clip === undefined ? value : `clip(${value}, ${-clip}, ${clip})`),
  )
  return equations[operator](clipped, variant)
}

type Equations = (activations: readonly Apply[], variant: Variant) => string

/** `+ block(B, index, count)` for a node that has biases. */
function bias({ bias: given }: Variant, index: number, count: number): string {
  return given ? ` + block(B, ${index}, ${count})` : ''
}

function peephole({ peepholes }: Variant, index: number, state: string): string {
  return peepholes ? ` + block(P, ${index}, 3) * ${state}` : ''
}

const lstm: Equations = ([f, g, h], variant) => `
  a = W @ x + R @ h${bias(variant, 0, 2)}${bias(variant, 1, 2)}
  i = ${f!(`block(a, 0, 4)${peephole(variant, 0, 'c')}`)}
  f = ${variant.coupled ? '1 - i' : f!(`block(a, 2, 4)${peephole(variant, 2, 'c')}`)}
  g = ${g!('block(a, 3, 4)')}
  c' = f * c + i * g
  o = ${f!(`block(a, 1, 4)${peephole(variant, 1, "c'")}`)}
  h' = o * ${h!("c'")}`

const gru: Equations = ([f, g], variant) => `
  a = W @ x${bias(variant, 0, 2)}
  z = ${f!(`block(a, 0, 3) + R_z @ h${bias(variant, 3, 6)}`)}
  r = ${f!(`block(a, 1, 3) + R_r @ h${bias(variant, 4, 6)}`)}
  n = ${g!(`block(a, 2, 3) + ${recurrentCandidate(variant)}`)}
  h' = (1 - z) * n + z * h`

function recurrentCandidate(variant: Variant): string {
  const own = bias(variant, 5, 6)
  return variant.linearBeforeReset ? `r * (R_h @ h${own})` : `R_h @ (r * h)${own}`
}

const rnn: Equations = ([f], variant) =>
  `h' = ${f!(`W @ x + R @ h${bias(variant, 0, 2)}${bias(variant, 1, 2)}`)}`

const equations: Readonly<Record<Operator, Equations>> = { LSTM: lstm, GRU: gru, RNN: rnn }
