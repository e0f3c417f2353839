import type { InstructionName } from '../format.ts'
import { type StepProgram } from '../step.ts'
import { source } from '../schedule.ts'
import { either, pairOnce } from './pairs.ts'

/** One pointwise instruction on values (nodes of the step); `second` is the value of its other result. */
export interface Instruction {
  readonly op: InstructionName
  readonly args: readonly number[]
  readonly value: number
  readonly second?: number
  readonly k: number
  readonly k2: number
}

type Draft = Omit<Instruction, 'value' | 'k' | 'k2'> & { readonly k?: number; readonly k2?: number }

/** Chooses instructions for elementwise nodes, several nodes in one where a larger instruction does them all. */
export function select(
  program: StepProgram,
  nodes: readonly number[],
  escapes: ReadonlySet<number>,
): readonly Instruction[] {
  let list = nodes.map((id) => instruction(program, id))
  for (;;) {
    const next = fuseOnce(list, escapes)
    if (!next) return list
    list = sweep(next, escapes)
  }
}

function constantOf(program: StepProgram, id: number): number | undefined {
  const { op, attributes } = program.nodes[id]!
  return op === 'constant' ? (attributes.value as number) : undefined
}

function instruction(program: StepProgram, id: number): Instruction {
  const { op, inputs, attributes } = program.nodes[id]!
  const args = inputs.map((input) => source(program, input))
  const draft = withConstant(program, op, args) ?? plain(op, args, attributes)
  return { k: 0, k2: 0, ...draft, value: id }
}

/** Sums and products with a number become one `affine`. */
function withConstant(program: StepProgram, op: string, [a, b]: readonly number[]): Draft | undefined {
  const [x, y] = [constantOf(program, a!), b === undefined ? undefined : constantOf(program, b)]
  const affine = (arg: number, k: number, k2: number): Draft => ({ op: 'affine', args: [arg], k, k2 })
  if (op === 'add' && x !== undefined) return affine(b!, 1, x)
  if (op === 'add' && y !== undefined) return affine(a!, 1, y)
  if (op === 'sub' && x !== undefined) return affine(b!, -1, x)
  if (op === 'sub' && y !== undefined) return affine(a!, 1, -y)
  if (op === 'mul' && x !== undefined) return affine(b!, x, 0)
  if (op === 'mul' && y !== undefined) return affine(a!, y, 0)
  return undefined
}

function plain(op: string, args: readonly number[], attributes: Readonly<Record<string, unknown>>): Draft {
  if (op === 'power' && attributes.exponent === 2) return { op: 'mul', args: [args[0]!, args[0]!] }
  const { exponent, slope, alpha, lo, hi } = attributes as Record<string, number | undefined>
  return { op: op as InstructionName, args, k: exponent ?? slope ?? alpha ?? lo ?? 0, k2: hi ?? 0 }
}

/** What the patterns may look at: the instruction that defines a value here, and whether only one reads it. */
interface Context {
  definition(value: number): Instruction | undefined
  /** The definition, where nothing else needs the value. */
  inner(value: number, op?: InstructionName): Instruction | undefined
}

type Pattern = (instruction: Instruction, context: Context) => Draft | undefined

/** The value y where this is 1 - y. */
function complement(context: Context, value: number): number | undefined {
  const found = context.definition(value)
  return found?.op === 'affine' && found.k === -1 && found.k2 === 1 ? found.args[0] : undefined
}

/** The value y where this is y (1 - y). */
function logisticSlope(context: Context, value: number): number | undefined {
  const found = context.definition(value)
  if (found?.op !== 'mul') return undefined
  const [a, b] = found.args as [number, number]
  return complement(context, b) === a ? a : complement(context, a) === b ? b : undefined
}

/** The value y where this is 1 - y y. */
function tanhSlope(context: Context, value: number): number | undefined {
  const square = complement(context, value)
  const found = square === undefined ? undefined : context.definition(square)
  return found?.op === 'mul' && found.args[0] === found.args[1] ? found.args[0] : undefined
}

const patterns: Readonly<Partial<Record<InstructionName, readonly Pattern[]>>> = {
  mul: [
    ({ args }, context) =>
      either(args, (x, m) => {
        const y = logisticSlope(context, m)
        return y === undefined ? undefined : { op: 'dsigmoid', args: [x, y] }
      }),
    ({ args }, context) =>
      either(args, (x, m) => {
        const y = tanhSlope(context, m)
        return y === undefined ? undefined : { op: 'dtanh', args: [x, y] }
      }),
  ],
  dsigmoid: [
    ({ args: [x, y] }, { inner }) =>
      within(inner(x!, 'mul'), (a, b) => ({ op: 'mul_dsigmoid', args: [a, b, y!] })),
  ],
  dtanh: [
    ({ args: [x, y] }, { inner }) =>
      within(inner(x!, 'mul'), (a, b) => ({ op: 'mul_dtanh', args: [a, b, y!] })),
  ],
  add: [
    ({ args }, { inner }) =>
      either(args, (x, m) =>
        within(inner(m, 'mul_dtanh'), (a, b, y) => ({ op: 'mul_dtanh_add', args: [a, b, y, x] })),
      ),
    ({ args }, { inner }) =>
      either(args, (x, m) => within(inner(m, 'neg'), (y) => ({ op: 'sub', args: [x, y] }))),
    ({ args: [p, q] }, { inner }) =>
      within(inner(p!, 'mul'), (a, b) =>
        within(inner(q!, 'mul'), (c, d) => ({ op: 'fma2', args: [a, b, c, d] })),
      ),
    ({ args }, { inner }) =>
      either(args, (x, m) => within(inner(m, 'mul'), (a, b) => ({ op: 'fma', args: [a, b, x] }))),
    ({ args }, { inner }) =>
      either(args, (x, m) => within(inner(m, 'add'), (a, b) => ({ op: 'add3', args: [a, b, x] }))),
  ],
  fma: [
    ({ args: [a, b, x] }, { inner }) =>
      either([a!, b!], (y, m) => within(inner(m, 'mul'), (c, d) => ({ op: 'mul_fma', args: [c, d, y, x!] }))),
  ],
  sub: [
    ({ args: [p, q] }, { inner }) =>
      within(inner(p!, 'mul'), (a, b) =>
        within(inner(q!, 'mul'), (c, d) =>
          either([a, b], (x, y) =>
            either([c, d], (z, w) => (x === z ? { op: 'mul_sub', args: [x, y, w] } : undefined)),
          ),
        ),
      ),
  ],
  fma2: [
    ({ args: [a, b, c, d] }, context) =>
      either([a!, b!], (m, n) =>
        either([c!, d!], (z, h) =>
          complement(context, m) === z ? { op: 'lerp', args: [z, h, n] } : undefined,
        ),
      ),
    ({ args: [a, b, c, d] }, context) =>
      either([c!, d!], (m, n) =>
        either([a!, b!], (z, h) =>
          complement(context, m) === z ? { op: 'lerp', args: [z, h, n] } : undefined,
        ),
      ),
  ],
  sigmoid: [
    ({ args: [x] }, { inner }) =>
      within(inner(x!, 'fma'), (a, b, c) => ({ op: 'sigmoid_fma', args: [a, b, c] })),
  ],
  tanh: [
    ({ args: [x] }, { inner }) =>
      within(inner(x!, 'fma'), (a, b, c) => ({ op: 'tanh_fma', args: [a, b, c] })),
  ],
}

function within(
  found: Instruction | undefined,
  use: (a: number, b: number, c: number) => Draft | undefined,
): Draft | undefined {
  return found && use(found.args[0]!, found.args[1]!, found.args[2]!)
}

function countUses(list: readonly Instruction[]): ReadonlyMap<number, number> {
  const uses = new Map<number, number>()
  for (const { args } of list) for (const arg of args) uses.set(arg, (uses.get(arg) ?? 0) + 1)
  return uses
}

/** Applies the first pattern that fits; `undefined` when none does. */
function fuseOnce(list: readonly Instruction[], escapes: ReadonlySet<number>): Instruction[] | undefined {
  const defined = new Map(list.map((entry) => [entry.value, entry]))
  const uses = countUses(list)
  const context: Context = {
    definition: (value) => defined.get(value),
    inner(value, op) {
      const found = defined.get(value)
      const only = found && uses.get(value) === 1 && !escapes.has(value) && found.second === undefined
      return only && (op === undefined || found.op === op) ? found : undefined
    },
  }
  for (const [index, entry] of list.entries()) {
    const better = patterns[entry.op]
      ?.map((pattern) => pattern(entry, context))
      .find((draft) => draft !== undefined)
    const fused = better ? { k: 0, k2: 0, ...better, value: entry.value } : undefined
    if (fused) return list.map((other, at) => (at === index ? fused : other))
  }
  return pairOnce(list)
}

/** Drops instructions whose values nobody needs. */
function sweep(list: readonly Instruction[], escapes: ReadonlySet<number>): Instruction[] {
  const needed = new Set(escapes)
  const kept: Instruction[] = []
  for (const entry of [...list].reverse()) {
    if (!needed.has(entry.value) && !(entry.second !== undefined && needed.has(entry.second))) continue
    entry.args.forEach((arg) => needed.add(arg))
    kept.unshift(entry)
  }
  return kept
}
