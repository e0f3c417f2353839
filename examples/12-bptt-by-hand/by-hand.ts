/** A vector. */
export type Vector = readonly number[]
/** Rows of numbers. */
export type Matrix = readonly Vector[]

/** The weights of a step, by the names in its equations. */
export type Weights = Readonly<Record<string, Matrix>>

/** A cell whose derivative was worked out on paper. Its state is one vector: for the LSTM h and then c. */
export interface HandCell {
  /** s_t from s_{t-1} and x_t. */
  step(state: Vector, x: Vector): Vector
  /** ∂s_t/∂s_{t-1}: entry [i][j] is the derivative of new entry i by old entry j. */
  jacobian(state: Vector, x: Vector): Matrix
  /** What a gradient of s_t is for the weights that made s_t from s_{t-1}: ∂s_t/∂W with s_{t-1} held. */
  immediate(state: Vector, x: Vector, gradient: Vector): Weights
}

const dot = (a: Vector, b: Vector): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
const times = (matrix: Matrix, vector: Vector): Vector => matrix.map((row) => dot(row, vector))
const outer = (a: Vector, b: Vector): Matrix => a.map((x) => b.map((y) => x * y))
const column = (vector: Vector): Matrix => vector.map((x) => [x])
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** A gradient through a step: gᵀ · ∂s_t/∂s_{t-1}. */
export function back(gradient: Vector, jacobian: Matrix): Vector {
  return jacobian[0]!.map((_first, j) => gradient.reduce((sum, g, i) => sum + g * jacobian[i]![j]!, 0))
}

/** s_t = tanh(U x_t + W s_{t-1} + b): ∂s_t/∂s_{t-1} = diag(1 - s_t²) W. */
export function handRnn({ U, W, b }: Weights): HandCell {
  const step = (state: Vector, x: Vector): Vector => {
    const [fromInput, fromState] = [times(U!, x), times(W!, state)]
    return fromInput.map((value, i) => Math.tanh(value + fromState[i]! + b![i]![0]!))
  }
  return {
    step,
    jacobian: (state, x) => step(state, x).map((s, i) => W![i]!.map((w) => (1 - s * s) * w)),
    immediate(state, x, gradient) {
      const before = step(state, x).map((s, i) => (1 - s * s) * gradient[i]!)
      return { U: outer(before, x), W: outer(before, state), b: column(before) }
    },
  }
}

/** The gates of an LSTM at one step, and what the state becomes. */
interface Moment {
  readonly f: Vector
  readonly i: Vector
  readonly g: Vector
  readonly o: Vector
  readonly c: Vector
  readonly read: Vector
}

const gates = ['f', 'i', 'g', 'o'] as const

/** The LSTM over [h, c]: four gates that read [h_{t-1}, x_t], c_t = f c_{t-1} + i g, h_t = o tanh(c_t). */
export function handLstm(weights: Weights): HandCell {
  const halves = (state: Vector) => [state.slice(0, state.length / 2), state.slice(state.length / 2)] as const
  const moment = (state: Vector, x: Vector): Moment => {
    const [h, before] = halves(state)
    const read = [...h, ...x]
    const gate = (name: string, squash: (x: number) => number): Vector =>
      times(weights[`W${name}`]!, read).map((value, k) => squash(value + weights[`b${name}`]![k]![0]!))
    const [f, i, g, o] = [gate('f', sigmoid), gate('i', sigmoid), gate('g', Math.tanh), gate('o', sigmoid)]
    return { f, i, g, o, read, c: before.map((value, k) => f[k]! * value + i[k]! * g[k]!) }
  }
  /** Gradients in front of the gates' functions, and of c_{t-1} along the belt, from those of h_t and c_t. */
  const through = ({ f, i, g, o, c }: Moment, before: Vector, dh: Vector, dc: Vector) => {
    const t = c.map(Math.tanh)
    const sum = dc.map((d, k) => d + dh[k]! * o[k]! * (1 - t[k]! ** 2))
    const at = (make: (k: number) => number): Vector => sum.map((_d, k) => make(k))
    return {
      f: at((k) => sum[k]! * before[k]! * f[k]! * (1 - f[k]!)),
      i: at((k) => sum[k]! * g[k]! * i[k]! * (1 - i[k]!)),
      g: at((k) => sum[k]! * i[k]! * (1 - g[k]! ** 2)),
      o: at((k) => dh[k]! * t[k]! * o[k]! * (1 - o[k]!)),
      belt: at((k) => sum[k]! * f[k]!),
    }
  }
  return {
    step(state, x) {
      const { o, c } = moment(state, x)
      return [...c.map((value, k) => o[k]! * Math.tanh(value)), ...c]
    },
    jacobian(state, x) {
      const [h, before] = halves(state)
      const now = moment(state, x)
      return state.map((_entry, row) => {
        const one = state.map((_other, k) => (k === row ? 1 : 0))
        const parts = through(now, before, ...halves(one))
        const dh = h.map((_h, j) =>
          gates.reduce(
            (sum, gate) => sum + parts[gate].reduce((own, d, k) => own + d * weights[`W${gate}`]![k]![j]!, 0),
            0,
          ),
        )
        return [...dh, ...parts.belt]
      })
    },
    immediate(state, x, gradient) {
      const now = moment(state, x)
      const parts = through(now, halves(state)[1], ...halves(gradient))
      return Object.fromEntries(
        gates.flatMap((gate) => [
          [`W${gate}`, outer(parts[gate], now.read)],
          [`b${gate}`, column(parts[gate])],
        ]),
      )
    },
  }
}

/** One term of the sum over k: how much step k had to do with the error at the end. */
export interface Term {
  readonly k: number
  /** Norm of ∂E/∂s_k along this path: ∂E/∂s_T · Π ∂s_j/∂s_{j-1}. */
  readonly arrives: number
  /** The term of each parameter. */
  readonly of: Weights
  /** Norm of the terms of all parameters together. */
  readonly size: number
}

/** ∂E_T/∂W = Σ_k ∂E_T/∂s_T · Π_{j=k+1..T} ∂s_j/∂s_{j-1} · ∂s_k/∂W, term by term, the latest first. */
export function terms(
  cell: HandCell,
  start: Vector,
  inputs: readonly Vector[],
  error: Vector,
): readonly Term[] {
  const states = [start]
  for (const x of inputs) states.push(cell.step(states.at(-1)!, x))
  let gradient = error
  return inputs.map((_x, index): Term => {
    const k = inputs.length - 1 - index
    const of = cell.immediate(states[k]!, inputs[k]!, gradient)
    const arrives = norm(gradient)
    gradient = back(gradient, cell.jacobian(states[k]!, inputs[k]!))
    return { k, arrives, of, size: norm(Object.values(of).flat(2)) }
  })
}

/** The sum of all terms, parameter by parameter. */
export function total(all: readonly Term[]): Weights {
  const names = Object.keys(all[0]!.of)
  return Object.fromEntries(
    names.map((name) => [
      name,
      all[0]!.of[name]!.map((row, i) =>
        row.map((_x, j) => all.reduce((sum, { of }) => sum + of[name]![i]![j]!, 0)),
      ),
    ]),
  )
}

/** Euclidean norm. */
export function norm(values: Vector): number {
  return Math.sqrt(dot(values, values))
}
