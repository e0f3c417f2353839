import type { Stream } from '../../src/core/random.ts'

/** One of a list, each as likely. */
export function pick<T>(stream: Stream, list: readonly T[]): T {
  return list[stream.below(list.length)]!
}

const unary = ['sigmoid', 'tanh', 'relu', 'elu', 'softsign', 'identity', 'abs', 'leaky_relu', 'phi']

/** Text of an expression that is a vector of `hidden` entries; `names` may be read. */
function hiddenText(stream: Stream, names: readonly string[], depth: number): string {
  const inner = (): string => hiddenText(stream, names, depth - 1)
  switch (depth === 0 ? 0 : stream.below(16)) {
    case 0:
      return pick(stream, names)
    case 1:
      return `${pick(stream, unary)}(${inner()})`
    case 2:
    case 3:
      return `(${inner()} ${pick(stream, ['+', '-', '*'])} ${inner()})`
    case 4:
      return `(W${stream.below(1000)}q @ [h * ${inner()}, x, c])`
    case 5:
      return `(U${stream.below(3)} @ (h * ${inner()}))`
    case 6:
      return `norm(${inner()}, gain${stream.below(3)}, b)`
    case 7:
      return `${pick(stream, ['max', 'min'])}(${inner()}, ${stream.below(5)})`
    case 8:
      return `(S^T @ (h * ${inner()}))`
    case 9:
      return `(s @ -(h * ${inner()}))`
    case 10:
      return `(${inner()} / ${pick(stream, ['(1 + abs(c))', '2', 'beta'])})`
    case 11:
      return `(${inner()})^${pick(stream, ['2', '-1', 'beta', '0.5', '(1 + beta)', '2^3'])}`
    case 12:
      return `block([c * ${inner()}, h + ${inner()}], ${stream.below(2)}, 2)`
    case 13:
      return `clip(${inner()}, -beta, 3 * beta)`
    case 14:
      return `(${pick(stream, ['2', 'beta', '1e-7'])} * ${pick(stream, ['B', inner()])} + V @ x)`
    default:
      return `(${pick(stream, ['1 -', '2.5 *', '-'])} ${inner()})`
  }
}

const plainNames = ['h', 'x', 'c', 'f', 'b', 'o', 'B', 'V', 'S', 's', 'U0', 'beta', 'gain0', 'phi']

/** Names that a textbook writes in many ways. */
const others = (
  'gamma sigma Gamma LTM C_tilde b_f W_xh a0 W_C_tilde LTM_hat Δx ж T e x_1 año t W_tz relu_1 state size_of ReLU ' +
  'Tanh h_x b_a_tilde u_beta y_bar C_tilde_hat tilde cdot frac q_out Wx Ux xh hx f_1_2 x1 k_tx psi_t1'
).split(' ')

/** The same cell with some of its names changed. */
function renamed(stream: Stream, text: string): string {
  const free = stream.shuffle([...others])
  const names = new Map(plainNames.map((name) => [name, stream.below(3) === 0 ? free.pop()! : name]))
  const headers = [
    ...(names.get('x') === 'x' ? [] : ['input x']),
    ...(names.get('h') === 'h' && stream.below(2) === 0
      ? []
      : [`output h${stream.below(2) === 0 ? '' : ', o'}`]),
  ]
  return [...headers, text].join('\n').replaceAll(/[a-zA-Z]\w*/gu, (name) => names.get(name) ?? name)
}

/** Text of a cell whose names and sizes fit, in the plain spelling. */
export function fittingCell(stream: Stream): string {
  const text = (names: readonly string[]): string => hiddenText(stream, names, 4)
  const label = (name: string): string => (stream.below(5) === 0 ? `${name}: ` : '')
  const cell = [
    `const beta = ${pick(stream, ['2', '1 / 4', '0.5 + 1'])}`,
    'fun phi = tanh',
    ...(stream.below(3) === 0 ? [`state c${pick(stream, ['', ': hidden'])} = learned`] : []),
    ...(stream.below(3) === 0 ? ['vector b: hidden'] : []),
    `${label('forget')}f = ${text(['h', 'c', 'b'])}`,
    `${label('keep')}c' = f * c + U0 @ h + ${text(['h', 'c', 'f'])}`,
    `o = ${text(['h', "c'", 'B'])} + c`,
    `h' = h * phi(V @ x) + ${text(['h', 'f', "c'", 'o'])} + 0 * c + b`,
  ].join('\n')
  return stream.below(4) === 0 ? cell : renamed(stream, cell)
}
