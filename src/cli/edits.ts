import type { Command } from 'commander'
import { SluiceError } from '../core/errors.ts'
import type { Edit } from '../inspect/index.ts'
import { assignments, gathered, option, real } from './options.ts'

/** Which values of a model's cells are changed. */
export interface EditFlags {
  readonly clamp?: Readonly<Record<string, number>>
  readonly scale?: Readonly<Record<string, number>>
  readonly ablate?: readonly string[]
}

/** A value of a layer, or one unit of it. */
export interface ValueName {
  readonly layer: string
  readonly name: string
  readonly unit?: number
}

/** Adds `--clamp`, `--scale` and `--ablate`. */
export function addEditOptions(command: Command): void {
  command
    .optionsGroup('Interventions (again for more; units or whole gates: 0.h.3, 0.f):')
    .addOption(
      option(
        '--clamp <name=x>',
        'hold LAYER.NAME or LAYER.NAME.UNIT at a number',
        assignments('--clamp', real('--clamp', {})),
      ),
    )
    .addOption(
      option('--scale <name=x>', 'multiply it by a number', assignments('--scale', real('--scale', {}))),
    )
    .addOption(option('--ablate <name>', 'hold it at 0', gathered))
}

/** The edits that are asked for: a value that is clamped too is what the clamp says. @throws SluiceError `inspect-unit` */
export function editsFrom({ clamp = {}, scale = {}, ablate = [] }: EditFlags): readonly Edit[] {
  return [
    ...Object.entries(scale).map(([text, factor]) => ({ ...placeOf(text), scale: factor })),
    ...ablate.map((text) => ({ ...placeOf(text), clamp: 0 })),
    ...Object.entries(clamp).map(([text, value]) => ({ ...placeOf(text), clamp: value })),
  ]
}

function placeOf(text: string): Pick<Edit, 'name' | 'layer' | 'units'> {
  const { layer, name, unit } = valueNamed(text)
  return { layer, name, ...(unit !== undefined && { units: [unit] }) }
}

/** Reads `LAYER.NAME` or `LAYER.NAME.UNIT`; a prime may stand behind the name. @throws SluiceError `inspect-unit` */
export function valueNamed(text: string): ValueName {
  const form = /^(?<layer>.+)\.(?<name>[^.\d][^.]*?)'?(?:\.(?<unit>\d+))?$/
  const { layer, name, unit } = form.exec(text.trim())?.groups ?? {}
  if (layer === undefined || name === undefined) throw new SluiceError('inspect-unit/value', { text })
  return { layer, name, ...(unit !== undefined && { unit: Number(unit) }) }
}

/** Reads `LAYER.NAME.UNIT`. @throws SluiceError `inspect-unit` */
export function unitNamed(text: string): Required<ValueName> {
  const { layer, name, unit } = /\.\d+$/.test(text) ? valueNamed(text) : {}
  if (layer === undefined || name === undefined || unit === undefined)
    throw new SluiceError('inspect-unit/form', { text })
  return { layer, name, unit }
}
