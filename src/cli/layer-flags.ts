import type { CellConfig, LayerOptions, ModelConfig } from '../model/index.ts'
import { cellOptions } from '../model/index.ts'

/** What the command line says about all layers of a model; what is absent is off, or as in the run. */
export interface LayerFlags {
  readonly residual?: boolean
  readonly skip?: 'input' | 'all'
  readonly norm?: boolean
  readonly variational?: number
  readonly recurrentDropout?: number
  readonly weightDropout?: number
  readonly zoneout?: number
}

/** Where a layer stands: above another or on the encoder, which gives vectors or one-hot symbols. */
interface Place {
  readonly index: number
  readonly embedding: number
  /** What it reads beside the layer below. */
  readonly skip?: 'input' | 'all' | undefined
}

/** The options of one layer that the command line says something about. */
export function layerOptions(flags: LayerFlags, place: Place): LayerOptions {
  const { residual, skip, norm } = flags
  const isAbove = place.index > 0
  return {
    ...(residual !== undefined && { residual: residual && isAbove }),
    ...(skip !== undefined && isAbove && { skip }),
    ...(norm !== undefined && { norm }),
    ...dropoutOptions(flags, { ...place, skip }),
  }
}

/** The part of them that is dropout. One-hot symbols cannot be masked entry by entry. */
function dropoutOptions(flags: LayerFlags, { index, embedding, skip }: Place): LayerOptions {
  const { variational, recurrentDropout, weightDropout, zoneout } = flags
  const isMasked = embedding > 0 || (index > 0 && skip === undefined)
  return {
    ...(variational !== undefined && { stateDropout: variational }),
    ...(variational !== undefined && isMasked && { inputDropout: variational }),
    ...(recurrentDropout !== undefined && { recurrentDropout }),
    ...(weightDropout !== undefined && { weightDropout }),
    ...(zoneout !== undefined && { zoneout }),
  }
}

/** The layers of a model with the dropouts that the command line gives them, but for those without a past. */
export function withDropouts(
  { layers, embedding }: Pick<ModelConfig, 'layers' | 'embedding'>,
  flags: LayerFlags,
): ModelConfig['layers'] {
  return layers.map((layer, index) => {
    if ('branches' in layer)
      return {
        ...layer,
        branches: layer.branches.map((stack) => withDropouts({ layers: stack, embedding }, flags)),
      }
    if (layer.sizes['units'] !== undefined) return layer
    return changed(layer, dropoutOptions(flags, { index, embedding, skip: layer.skip }))
  })
}

function changed(layer: CellConfig, options: LayerOptions): CellConfig {
  const kept = Object.entries(layer).filter(([key]) => !(key in options))
  return { ...(Object.fromEntries(kept) as unknown as CellConfig), ...cellOptions(layer, options) }
}

/** How layers differ from what the command line says about them: name, before, now. */
export function layerDifferences(
  { stacks, embedding }: { readonly stacks: readonly ModelConfig['layers'][]; readonly embedding: number },
  flags: LayerFlags,
): readonly (readonly [name: string, before: string, now: string])[] {
  const found = new Map<string, readonly [string, string, string]>()
  for (const [index, layer] of stacks.flatMap((stack) => [...stack.entries()])) {
    if ('branches' in layer) continue
    const given = layerOptions({ ...(layer.skip && { skip: layer.skip }), ...flags }, { index, embedding })
    const wanted = cellOptions(layer, given)
    for (const key of Object.keys(given) as (keyof typeof wanted)[]) {
      const [before, now] = [text(layer[key]), text(wanted[key])]
      if (before !== now && !found.has(key)) found.set(key, [key, before, now])
    }
  }
  return [...found.values()]
}

function text(value: CellConfig[keyof CellConfig] | undefined): string {
  if (value === undefined) return 'none'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
