import { type LayerCell, cell } from '../cells/index.ts'
import { knownKeys, numberWithin, oneOf } from '../data/index.ts'
import { SluiceError } from '../core/errors.ts'

/** How a layer reads its sequence: in the order of time, from each row's end, or both ways with weights of their own. */
export type Direction = 'forward' | 'reverse' | 'both'

/** What becomes of several outputs: side by side in one vector, or added up. */
export type Join = 'concat' | 'sum'

/** What stands around any layer, in the order in which it is done. */
export interface AroundOptions {
  /**
   * What the layer reads beside the output of the layer below: the stack's input (Graves 2013, "Generating sequences"), or
   * that and the outputs of all layers below (Huang et al. 2017). They are joined in one vector, lowest first.
   */
  readonly skip?: 'input' | 'all'
  /** Adds what the layer below gives to the layer's output; both are equally wide (He et al. 2016; Wu et al. 2016). */
  readonly residual?: boolean
  /** Layer norm of the output, with a gain and a bias (Ba, Kiros and Hinton 2016). */
  readonly norm?: boolean
  /** Share of the outputs that training drops, in [0, 1); that of the model unless given. */
  readonly dropout?: number
}

/** What a layer of a cell is beside its cell; docs/layers.md and docs/dropout.md define each. */
export interface LayerOptions extends AroundOptions {
  /** `forward` unless given. */
  readonly direction?: Direction
  /** How the outputs of both directions are joined; `concat` unless given. */
  readonly join?: Join
  /** Variational dropout of what the layer reads: one mask a sequence. Share in [0, 1), as all that follow; 0 unless given. */
  readonly inputDropout?: number
  /** Variational dropout of the states that products read: one mask a sequence. */
  readonly stateDropout?: number
  /** Dropout of the updates of memories. */
  readonly recurrentDropout?: number
  /** DropConnect of the recurrent weights. */
  readonly weightDropout?: number
  /** Zoneout of all states, or of each that is named. */
  readonly zoneout?: number | Readonly<Record<string, number>>
}

/** A layer of a stack: a cell, with or without options, or branches. */
export type Layer = (LayerCell & { readonly options?: StoredOptions }) | Branches

/** Several stacks that read the same input, their outputs joined; `branches` makes them. */
export interface Branches {
  readonly branches: readonly (readonly Layer[])[]
  readonly options: StoredAround & { readonly join?: 'sum' }
}

/** Options without those that have their defaults. */
export interface StoredAround {
  readonly skip?: 'input' | 'all'
  readonly residual?: true
  readonly norm?: true
  readonly dropout?: number
}

/** Options of a cell's layer without those that have their defaults; zoneout by state. */
export interface StoredOptions extends StoredAround {
  readonly direction?: 'reverse' | 'both'
  readonly join?: 'sum'
  readonly inputDropout?: number
  readonly stateDropout?: number
  readonly recurrentDropout?: number
  readonly weightDropout?: number
  readonly zoneout?: Readonly<Record<string, number>>
}

/**
 * A cell's layer with options: `layer(mine(64), { direction: 'both', stateDropout: 0.2 })`.
 * @throws SluiceError `option-value`, `option-unknown`, or `dropout-cell` for a state that the cell does not have
 */
export function layer(made: LayerCell, options: LayerOptions): Layer {
  const { name, step } = made.cell
  const states = step.states.map((state) => state.name)
  return { ...made, options: storedOptions(`A layer of ${name}`, name, states, options) }
}

/**
 * Branches that read the same input: `branches([[one(32)], [other(16), other(16)]])` gives 48 entries.
 * @throws SluiceError `option-value`, `option-unknown`, or `model-layer` where a branch has no layer
 */
export function branches(
  stacks: readonly (readonly Layer[])[],
  options: AroundOptions & { readonly join?: Join } = {},
): Layer {
  if (stacks.length === 0 || stacks.some((stack) => stack.length === 0))
    throw new SluiceError('model-layer/branches')
  return { branches: stacks, options: storedBranches('A layer of branches', options) }
}

/** Functions that a dense layer may end with; docs/equations.md defines them. */
export const activations = [
  'identity',
  'tanh',
  'sigmoid',
  'relu',
  'leaky_relu',
  'elu',
  'softplus',
  'softsign',
  'hard_sigmoid',
] as const

/** A dense layer, the same at every step: `y = f(W @ x + b)`. @throws SluiceError `option-value` */
export function dense(units: number, activation: (typeof activations)[number] = 'identity'): LayerCell {
  const f = oneOf('activation', activation, activations)
  return cell(
    'dense',
    `output y: units\ny = ${f === 'identity' ? 'W @ x + b' : `${f}(W @ x + b)`}`,
  )({ units })
}

const aroundKeys = ['skip', 'residual', 'norm', 'dropout', 'join']
const rateKeys = ['inputDropout', 'stateDropout', 'recurrentDropout', 'weightDropout'] as const

/** Checks the options of branches and leaves out defaults. @throws SluiceError `option-value` or `option-unknown` */
export function storedBranches(what: string, options: object): Branches['options'] {
  knownKeys(what, options, aroundKeys)
  return storedAround(options as Readonly<Record<string, unknown>>)
}

/** Checks the options of a cell's layer and leaves out defaults. @throws SluiceError as `layer` */
export function storedOptions(
  what: string,
  cellName: string,
  states: readonly string[],
  options: object,
): StoredOptions {
  knownKeys(what, options, [...aroundKeys, 'direction', ...rateKeys, 'zoneout'])
  const { direction, zoneout, ...given } = options as Readonly<Record<string, unknown>>
  const way = oneOf('direction', direction ?? 'forward', ['forward', 'reverse', 'both'])
  const rates = rateKeys.map((key) => [key, share(key, given[key] ?? 0)] as const)
  const zoned = zoneoutRates(cellName, states, zoneout ?? 0)
  return {
    ...storedAround(given),
    ...(way !== 'forward' && { direction: way }),
    ...Object.fromEntries(rates.filter(([, rate]) => rate > 0)),
    ...(Object.keys(zoned).length > 0 && { zoneout: zoned }),
  }
}

function storedAround(options: Readonly<Record<string, unknown>>): Branches['options'] {
  const { skip, residual, norm, dropout, join } = options
  return {
    ...(skip !== undefined && { skip: oneOf('skip', skip, ['input', 'all']) }),
    ...(flag('residual', residual) && { residual: true }),
    ...(flag('norm', norm) && { norm: true }),
    ...(dropout !== undefined && { dropout: share('dropout', dropout) }),
    ...(oneOf('join', join ?? 'concat', ['concat', 'sum']) === 'sum' && { join: 'sum' }),
  }
}

/** Rates by state, without those that are 0. */
function zoneoutRates(cellName: string, states: readonly string[], zoneout: unknown) {
  const given =
    typeof zoneout === 'object' && zoneout !== null
      ? Object.entries(zoneout)
      : states.map((name) => [name, zoneout] as const)
  for (const [name] of given)
    if (!states.includes(name))
      throw new SluiceError('dropout-cell/state', { cell: cellName, name, names: states.join(', ') })
  const rates = given.map(([name, rate]) => [name, share('zoneout', rate)] as const)
  return Object.fromEntries(rates.filter(([, rate]) => rate > 0))
}

/** True, false, or absent. @throws SluiceError `option-value` */
export function flag(name: string, value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value === true
  throw new SluiceError('option-value/flag', { name, value: JSON.stringify(value) })
}

/** A share that is dropped, a number in [0, 1). @throws SluiceError `option-value` */
export function share(name: string, value: unknown): number {
  return numberWithin(name, value, { least: 0, below: 1 })
}
