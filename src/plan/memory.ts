import type { Lowered } from './lower/lowered.ts'
import type { Plan } from './plan.ts'
import { readPlan } from './read.ts'

/** What a part of the arena is for. */
export type Use =
  | 'weights'
  | 'packed weights'
  | 'gradients'
  | 'optimizer'
  | 'kept values'
  | 'gradients on the way back'
  | 'inputs and losses'
  | 'scratch'
  | 'padding'

/** Memory of one use, for one layer or operation of the window; `of` is empty where it is for all of them. */
export interface MemoryUse {
  readonly use: Use
  readonly of: string
  readonly bytes: number
}

/** Buffers that the header of a plan names, by field. */
const headerUses: Readonly<Record<string, Use>> = {
  parameters: 'weights',
  gradients: 'gradients',
  slot0: 'optimizer',
  slot1: 'optimizer',
  slot2: 'optimizer',
  average: 'optimizer',
  losses: 'inputs and losses',
}

/** Uses that are told for all layers together. */
const shared: ReadonlySet<Use> = new Set(['weights', 'gradients', 'optimizer', 'inputs and losses'])

/** What takes the memory of a lowered plan: parts that add up to the arena. */
export function memoryOf(plan: Plan, lowered: Lowered): readonly MemoryUse[] {
  const useOf = usesIn(plan, lowered)
  const parts = lowered.allocated.map(({ base, floats, owner }) => {
    const use = useOf(base, floats, owner)
    return { use, of: shared.has(use) ? '' : ownerName(plan, owner), floats }
  })
  const padding = lowered.arena - parts.reduce((total, { floats }) => total + floats, 0)
  return summed([...parts, { use: 'padding', of: '', floats: padding }])
}

function usesIn(plan: Plan, { words }: Lowered): (base: number, floats: number, owner: number) => Use {
  const { head, section } = readPlan(words)
  // A plan without gradients has the place of its weights for them.
  const named = new Map(
    Object.keys(headerUses)
      .map((field) => [head[field]!, headerUses[field]!] as const)
      .toReversed(),
  )
  const packed = new Set(section('pack').map(({ dst }) => dst!))
  const moving = section('operand').flatMap(({ base, timeStride }) => (timeStride! > 0 ? [base!] : []))
  return (base, floats, owner) => {
    const known = named.get(base)
    if (known) return known
    if (packed.has(base)) return 'packed weights'
    if (owner >= plan.forward) return 'gradients on the way back'
    if (owner >= 0 && plan.nodes[owner]!.op === 'input') return 'inputs and losses'
    return moving.some((at) => at >= base && at < base + floats) ? 'kept values' : 'scratch'
  }
}

/** A layer by what its parameters' names have in common, such as `layers.0`; any other node by its operation. */
function ownerName(plan: Plan, owner: number): string {
  if (owner < 0) return ''
  const scan = plan.scans.find(({ node, gradient }) => node === owner || gradient === owner)
  if (!scan) return plan.nodes[owner]!.op
  const { inputs } = plan.nodes[scan.node]!
  const own = plan.partition.graph.parameters.find(({ node }) => inputs.includes(node))
  return own && own.name.includes('.') ? own.name.replace(/\.[^.]*$/, '') : scan.plan.program.name
}

/** Parts of the same use and owner as one, in the order in which they first come. */
function summed(parts: readonly { use: Use; of: string; floats: number }[]): readonly MemoryUse[] {
  const totals = new Map<string, MemoryUse>()
  for (const { use, of, floats } of parts) {
    const key = `${use} ${of}`
    totals.set(key, { use, of, bytes: (totals.get(key)?.bytes ?? 0) + 4 * floats })
  }
  return [...totals.values()]
}
