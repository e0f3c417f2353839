import type { Instruction } from './fuse.ts'

/** Two instructions in one: what the first and the second compute, from operands that both read. */
type Draft = Pick<Instruction, 'op' | 'args'>
type Pair = (first: Instruction, second: Instruction) => Draft | undefined

/** The first result for the two operands of a commutative instruction, in one order or the other. */
export function either<T>(
  args: readonly number[],
  find: (a: number, b: number) => T | undefined,
): T | undefined {
  return find(args[0]!, args[1]!) ?? find(args[1]!, args[0]!)
}

/** `t = tanh(a); h = b t`. */
const tanhThenProduct: Pair = (first, second) =>
  first.op === 'tanh' && second.op === 'mul'
    ? either(second.args, (t, b) =>
        t === first.value && b !== t ? { op: 'tanh_mul', args: [first.args[0]!, b] } : undefined,
      )
    : undefined

/** The gradient of a product of a sigmoid y with something else: `a y` and `a c y (1 - y)`. */
const productAndSlope: Pair = (first, second) =>
  first.op === 'mul' && second.op === 'mul_dsigmoid'
    ? either(first.args, (a, y) =>
        y === second.args[2]
          ? either(second.args.slice(0, 2), (other, c) =>
              other === a ? { op: 'mul_and_dsigmoid', args: [a, y, c] } : undefined,
            )
          : undefined,
      )
    : undefined

/** The gradient of a product of a sigmoid y and a tanh z: `a z y (1 - y)` and `a y (1 - z z)`, to which more is added. */
const bothSlopes: Pair = (first, second) => {
  if (first.op !== 'mul_dsigmoid' || (second.op !== 'mul_dtanh' && second.op !== 'mul_dtanh_add'))
    return undefined
  const [y, z] = [first.args[2]!, second.args[2]!]
  const added = second.args.slice(3)
  const op = added.length > 0 ? 'dsigmoid_and_dtanh_add' : 'dsigmoid_and_dtanh'
  return either(first.args, (a, other) =>
    other === z && either(second.args, (b, last) => (b === a && last === y ? { op, args: [] } : undefined))
      ? { op, args: [a, y, z, ...added] }
      : undefined,
  )
}

const pairs: readonly Pair[] = [tanhThenProduct, productAndSlope, bothSlopes]

/** Values that an instruction defines. */
export const valuesOf = ({ value, second }: Instruction): readonly number[] =>
  second === undefined ? [value] : [value, second]

/** Whether an instruction needs a value, itself or through others; `list` is in an order in which it can run. */
function needs(list: readonly Instruction[], instruction: Instruction, value: number): boolean {
  const wanted = new Set(instruction.args)
  for (const entry of list.slice(0, list.indexOf(instruction)).reverse()) {
    if (valuesOf(entry).some((made) => wanted.has(made))) entry.args.forEach((arg) => wanted.add(arg))
  }
  return wanted.has(value)
}

/** Whether two instructions can be one: neither waits for the other, but for what the pair hands over itself. */
function joins(
  list: readonly Instruction[],
  first: Instruction,
  second: Instruction,
  { args }: Draft,
): boolean {
  const both = { ...second, args }
  const at = Math.max(list.indexOf(first), list.indexOf(second))
  const before = [...list.slice(0, at), both]
  return !needs(before, both, first.value) && !needs(before, both, second.value)
}

/** Joins the first two instructions that one instruction with two results can do; `undefined` where there are none. */
export function pairOnce(list: readonly Instruction[]): Instruction[] | undefined {
  for (const first of list) {
    for (const second of list) {
      if (first === second || first.second !== undefined || second.second !== undefined) continue
      const draft = pairs.map((pair) => pair(first, second)).find((found) => found !== undefined)
      if (draft && joins(list, first, second, draft)) return joined(list, first, second, draft)
    }
  }
  return undefined
}

/** The list with both instructions as one, at the first place where all its operands are there. */
function joined(
  list: readonly Instruction[],
  first: Instruction,
  second: Instruction,
  draft: Draft,
): Instruction[] {
  const both: Instruction = { ...draft, value: first.value, second: second.value, k: 0, k2: 0 }
  const rest = list.filter((entry) => entry !== first && entry !== second)
  const made = rest.findLastIndex((entry) => valuesOf(entry).some((value) => draft.args.includes(value)))
  const readers = rest.slice(0, made + 1).filter((entry) => dependsOn(rest, entry, both))
  const ahead = rest.slice(0, made + 1).filter((entry) => !readers.includes(entry))
  return [...ahead, both, ...readers, ...rest.slice(made + 1)]
}

/** Whether an entry of a list needs a result of `both`, itself or through others before it. */
function dependsOn(list: readonly Instruction[], entry: Instruction, both: Instruction): boolean {
  return valuesOf(both).some((value) => needs(list, entry, value))
}
