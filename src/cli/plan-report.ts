import { resolveOptimizer, slotCount } from '../train/optimizers.ts'
import { type OptimizerName } from '../train/index.ts'
import { modelConfig } from '../model/index.ts'
import { partsOf } from '../model/parts.ts'
import { nextTokenWindow } from '../model/window.ts'
import { type MemoryUse, lower, memoryOf, plan } from '../plan/index.ts'
import { Unsupported } from '../core/errors.ts'
import { openNative } from '../runtime/native/index.ts'
import { chooseCell } from './cell-choice.ts'
import { type BranchFlag, type DenseFlag, stackOf } from './stack-flags.ts'
import { stackText } from './train-words.ts'
import { count } from './view/format.ts'
import type { Style } from './view/style.ts'
import { table } from './view/table.ts'

/** What `sluice check --plan` takes; what is absent is as in `sluice train`. */
export interface PlanFlags {
  readonly hidden?: number
  readonly layers?: number
  readonly symbols?: number
  readonly embedding?: number
  readonly dropout?: number
  readonly size?: Readonly<Record<string, number>>
  readonly batch?: number
  readonly window?: number
  readonly optimizer?: OptimizerName
  readonly isa?: string
  /** Further branches beside that of the cell. */
  readonly branches?: readonly BranchFlag[]
  readonly join?: 'concat' | 'sum'
  readonly dense?: readonly DenseFlag[]
}

/** The memory that training a model takes, and for what. */
export interface PlanReport {
  readonly cell: string
  /** All layers in a few words. */
  readonly stack: string
  readonly layers: number
  readonly sizes: Readonly<Record<string, number>>
  readonly symbols: number
  readonly batch: number
  readonly window: number
  readonly optimizer: string
  readonly isa: string
  /** Bytes of the arena, and its parts, which add up to them. */
  readonly arena: number
  readonly memory: readonly MemoryUse[]
}

export const planDefaults = {
  hidden: 128,
  layers: 2,
  symbols: 83,
  batch: 50,
  window: 50,
  optimizer: 'adam',
} as const

/** Plans a training step of a model, as `sluice train` does, and counts what its memory holds. */
export async function reportPlan(file: string, flags: PlanFlags): Promise<PlanReport> {
  const { hidden, layers, symbols, batch, window, optimizer } = { ...planDefaults, ...flags }
  const { embedding = 0, dropout = 0, size } = flags
  const { cell } = await chooseCell(file)
  const sizes = { ...(cell.sizes.includes('hidden') && { hidden }), ...size }
  const { branches, join, dense } = flags
  const stack = await stackOf(
    {
      layers,
      dropout,
      ...(cell.sizes.includes('hidden') && { hidden }),
      ...(size && { size }),
      ...(branches ? { branches: [{ cell: file }, ...branches] } : { cell: file }),
      ...(join && { join }),
      ...(dense && { dense }),
    },
    { embedding },
  )
  const config = modelConfig({ layers: stack, embedding, dropout })
  const { graph, states } = nextTokenWindow(partsOf(config, symbols), true)
  const planned = plan({ graph, gradient: { of: ['loss'], inputs: [] } })
  const { isa, vectorWidth } = target(flags.isa)
  const lowered = lower(planned, {
    vectorWidth,
    rows: batch,
    steps: window,
    slots: slotCount(resolveOptimizer(optimizer)),
    carried: states.map(({ initial }) => initial),
  })
  const memory = memoryOf(planned, lowered)
  return {
    cell: cell.name,
    stack: stackText(config.layers),
    layers,
    sizes,
    symbols,
    batch,
    window,
    optimizer,
    isa,
    arena: 4 * lowered.arena,
    memory,
  }
}

/** What the native runtime would lower for; without one, what WebAssembly would. */
function target(isa: string | undefined): { readonly isa: string; readonly vectorWidth: number } {
  try {
    const { machine, vectorWidth } = openNative({ threads: 1, isa })
    return { isa: machine.isa, vectorWidth }
  } catch (error) {
    if (isa !== undefined || !(error instanceof Unsupported)) throw error
    return { isa: 'simd128', vectorWidth: 4 }
  }
}

/** The report for people. */
export function planLines(report: PlanReport, style: Style): readonly string[] {
  const { stack, sizes, symbols, batch, window, optimizer, isa, arena, memory } = report
  const given = Object.entries(sizes).map(([name, value]) => `${name} ${count(value)}`)
  const rows = memory.map(({ use, of, bytes }) => [use, of, count(bytes), share(bytes, arena)])
  const numbers = [...rows, ['the arena', '', count(arena), share(arena, arena)]]
  const widest = Math.max(...numbers.map(([, , bytes]) => bytes!.length))
  return [
    style.bold(`${stack}: ${[...given, `${count(symbols)} symbols`].join(', ')}`),
    `batch ${batch}, window ${window}, ${optimizer}, laid out for ${isa}; in bytes`,
    '',
    ...table(
      numbers.map(([use, of, bytes, part]) => [use!, of!, bytes!.padStart(widest), part!.padStart(6)]),
    ),
  ]
}

function share(bytes: number, of: number): string {
  return `${((100 * bytes) / of).toFixed(1)} %`
}
