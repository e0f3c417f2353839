import { SluiceError } from '../core/errors.ts'
import { knownKeys, numberWithin } from '../data/index.ts'
import type { UpdateGroup } from '../runtime/types.ts'

/** Parameters that learn at rates of their own. */
export interface ParameterGroup {
  /** Names, such as `layers.0.Wf`; a `*` stands for any characters: `layers.0.*`. */
  readonly match: string
  /** Above 0, before the schedule's factor. Default: that of the run. */
  readonly learningRate?: number
  /** At least 0. Default: that of the optimizer. */
  readonly weightDecay?: number
}

/** Checks groups of parameters; what they match is seen later. @throws SluiceError `option-value` or `option-unknown` */
export function resolveGroups(groups: readonly ParameterGroup[]): readonly ParameterGroup[] {
  for (const group of groups) {
    const { match, learningRate, weightDecay } = group
    knownKeys(`The group ${match}`, group, ['match', 'learningRate', 'weightDecay'])
    if (learningRate !== undefined) numberWithin(`learningRate of ${match}`, learningRate, { above: 0 })
    if (weightDecay !== undefined) numberWithin(`weightDecay of ${match}`, weightDecay, { least: 0 })
  }
  return groups
}

/** Names that a pattern stands for. @throws SluiceError `option-value` where there are none */
export function matching(option: string, pattern: string, names: readonly string[]): readonly string[] {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  const expression = new RegExp(`^${parts.join('.*')}$`, 's')
  const found = names.filter((name) => expression.test(name))
  if (found.length > 0) return found
  throw new SluiceError('option-value/pattern', { option, pattern, names: names.join(', ') })
}

/** The parameters that are not trained. @throws SluiceError `option-value` where nothing is left */
export function frozenNames(patterns: readonly string[], names: readonly string[]): readonly string[] {
  const frozen = new Set(patterns.flatMap((pattern) => matching('freeze', pattern, names)))
  if (frozen.size === names.length) throw new SluiceError('option-value/frozen')
  return [...frozen]
}

/** Rates of one update where groups say nothing. */
export type CommonRates = Pick<UpdateGroup, 'learningRate' | 'weightDecay'>

/** Gives each parameter of a group its rates; where several groups match, the last that says something counts. */
export function groupRates(
  groups: readonly ParameterGroup[],
  names: readonly string[],
): (common: CommonRates, factor: number) => readonly UpdateGroup[] {
  const found = groups.map((group) => ({ ...group, names: matching('groups', group.match, names) }))
  const grouped = names.flatMap((name) => {
    const own = found.filter((group) => group.names.includes(name))
    const [rate, decay] = [
      own.findLast((group) => group.learningRate !== undefined)?.learningRate,
      own.findLast((group) => group.weightDecay !== undefined)?.weightDecay,
    ]
    return own.length > 0 ? [{ name, rate, decay }] : []
  })
  return (common, factor) =>
    grouped.map(({ name, rate, decay }) => ({
      parameters: [name],
      learningRate: rate === undefined ? common.learningRate : rate * factor,
      weightDecay: decay ?? common.weightDecay,
    }))
}
