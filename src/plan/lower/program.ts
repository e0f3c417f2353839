import { type InstructionName, instructions } from '../format.ts'
import { floatBits } from '../write.ts'
import { type Operand, blocksOf } from './arena.ts'
import type { Instruction } from './fuse.ts'
import { ordered } from './order.ts'
import { valuesOf } from './pairs.ts'
import type { Lowering } from './writer.ts'

const opcodes = new Map(instructions.map((name, index) => [name, index]))

/**
 * A sum that a program makes on its way: of the column (over rows), added to what is in `sums`, or of the row (over
 * blocks, lane by lane).
 */
export interface Sum {
  readonly of: 'row' | 'column'
  readonly value: number
  readonly sums: Operand
}

/** What a pointwise program is made of. */
export interface ProgramDraft {
  /** Entries of the vectors; 0 for numbers that exist once a row. */
  readonly size: number
  readonly list: readonly Instruction[]
  /** Places of the values that outlive the program; the first is where the value is computed. */
  readonly homes: ReadonlyMap<number, readonly Operand[]>
  /** Place of a value from outside. */
  readonly locate: (value: number) => Operand
  readonly sums: readonly Sum[]
}

/** Writes a pointwise program and returns its index. */
export function writeProgram(lowering: Lowering, draft: ProgramDraft): number {
  return new ProgramWriter(lowering, draft).write()
}

/** Writes a program that copies vectors of `size` entries from place to place. */
export function copyProgram(
  lowering: Lowering,
  size: number,
  pairs: readonly { readonly from: Operand; readonly home: Operand }[],
): number {
  return writeProgram(lowering, {
    size,
    list: pairs.map((_pair, index) => ({ op: 'copy', args: [2 * index], value: 2 * index + 1, k: 0, k2: 0 })),
    homes: new Map(pairs.map(({ home }, index) => [2 * index + 1, [home]])),
    locate: (value) => pairs[value / 2]!.from,
    sums: [],
  })
}

const sumOps: ReadonlySet<InstructionName> = new Set([
  'row_sum',
  'row_sum_mul',
  'column_sum',
  'column_sum_mul',
])

/** Where a value stands: one of the program's operands, or a temporary. */
type Slot = { readonly operand: number } | { readonly temporary: number }

interface Line {
  readonly op: InstructionName
  readonly d: Slot
  readonly d2?: Slot
  readonly args: readonly Slot[]
  readonly k: number
  readonly k2: number
}

class ProgramWriter {
  readonly #lowering: Lowering
  readonly #draft: ProgramDraft
  readonly #operands: Operand[] = []
  readonly #keys = new Map<string, number>()
  readonly #slots = new Map<number, Slot>()
  readonly #lines: Line[] = []
  readonly #deferred: { value: number; home: Operand }[] = []
  /** Values that the program computes. */
  readonly #made: ReadonlySet<number>
  readonly #free: number[] = []
  #temporaries = 0

  constructor(lowering: Lowering, draft: ProgramDraft) {
    const { list, homes, locate } = draft
    const standing = {
      from: (value: number) => locate(value).base,
      to: (value: number) => homes.get(value)?.[0]?.base,
    }
    this.#lowering = lowering
    this.#draft = { ...draft, list: ordered(list, standing) }
    this.#made = new Set(list.flatMap(valuesOf))
  }

  write(): number {
    const { list, sums } = this.#draft
    for (const sum of sums) if (!this.#made.has(sum.value)) this.#sum(sum)
    list.forEach((entry, index) => this.#instruction(entry, index))
    for (const { value, home } of this.#deferred) this.#copy(value, home)
    return this.#finish()
  }

  /** Last instruction that reads a value; the end of the program where a copy of it is put off. */
  #lastRead(value: number): number {
    const { list } = this.#draft
    if (this.#deferred.some((copy) => copy.value === value)) return list.length
    return list.findLastIndex(({ args }) => args.includes(value))
  }

  #instruction(entry: Instruction, index: number): void {
    const args = entry.args.map((arg) => this.#read(arg))
    const summed = this.#draft.sums.filter(({ value }) => value === entry.value || value === entry.second)
    if (summed.length > 0 && this.#isOnlySummed(entry)) {
      for (const { of, sums } of summed)
        this.#lines.push({ op: `${of}_sum_mul`, d: this.#operand(sums), args, k: 0, k2: 0 })
    } else {
      const d = this.#place(entry.value, index)
      const d2 = entry.second === undefined ? undefined : this.#place(entry.second, index)
      this.#lines.push({ op: entry.op, d, ...(d2 && { d2 }), args, k: entry.k, k2: entry.k2 })
      summed.forEach((sum) => this.#sum(sum))
    }
    for (const value of [...entry.args, entry.value, entry.second]) {
      if (value !== undefined && this.#lastRead(value) <= index) this.#release(value)
    }
  }

  /** Whether a product is needed for nothing but its sums. */
  #isOnlySummed({ op, value }: Instruction): boolean {
    const { list, homes } = this.#draft
    return op === 'mul' && !homes.has(value) && !list.some(({ args }) => args.includes(value))
  }

  #read(value: number): Slot {
    const known = this.#slots.get(value)
    if (known) return known
    const slot = this.#operand(this.#draft.locate(value))
    this.#slots.set(value, slot)
    return slot
  }

  #operand(operand: Operand): Slot {
    const key = Object.values(operand).join()
    const known = this.#keys.get(key) ?? this.#operands.push(operand) - 1
    this.#keys.set(key, known)
    return { operand: known }
  }

  /** Where a new value goes: its home, unless what stands there is still to be read; then it moves there at the end. */
  #place(value: number, index: number): Slot {
    const [home, ...others] = this.#draft.homes.get(value) ?? []
    for (const other of others) this.#deferred.push({ value, home: other })
    if (home && this.#isStillRead(home, index)) this.#deferred.push({ value, home })
    const direct = home && !this.#deferred.some((copy) => copy.value === value && copy.home === home)
    const slot = direct ? this.#operand(home) : { temporary: this.#free.pop() ?? this.#temporaries++ }
    this.#slots.set(value, slot)
    return slot
  }

  /** Whether a later instruction reads what this place holds now. */
  #isStillRead(home: Operand, index: number): boolean {
    const later = this.#draft.list.slice(index + 1).flatMap(({ args }) => args)
    const copied = this.#deferred.map(({ value }) => value)
    return [...later, ...copied].some((value) => this.#baseOf(value) === home.base)
  }

  /** Where a value stands in the arena; `undefined` where it is a temporary or still to be made. */
  #baseOf(value: number): number | undefined {
    const slot = this.#slots.get(value)
    if (slot) return 'operand' in slot ? this.#operands[slot.operand]!.base : undefined
    return this.#made.has(value) ? undefined : this.#draft.locate(value).base
  }

  #release(value: number): void {
    const slot = this.#slots.get(value)
    if (!slot || !('temporary' in slot) || this.#free.includes(slot.temporary)) return
    this.#free.push(slot.temporary)
    this.#slots.delete(value)
  }

  #copy(value: number, home: Operand): void {
    this.#lines.push({ op: 'copy', d: this.#operand(home), args: [this.#read(value)], k: 0, k2: 0 })
  }

  #sum({ of, value, sums }: Sum): void {
    this.#lines.push({ op: `${of}_sum`, d: this.#operand(sums), args: [this.#read(value)], k: 0, k2: 0 })
  }

  #finish(): number {
    const { records, shape } = this.#lowering
    const { size, sums } = this.#draft
    const operandFirst = records.count('operand')
    for (const operand of this.#operands) records.add('operand', { ...operand })
    const number = (slot: Slot | undefined): number =>
      slot === undefined ? 0 : 'operand' in slot ? slot.operand : this.#operands.length + slot.temporary
    const instructionFirst = records.count('instruction')
    for (const { op, d, d2, args, k, k2 } of this.#lines) {
      const [a = 0, b = 0, c = 0, e = 0] = args.map(number)
      records.add('instruction', {
        op: opcodes.get(op)!,
        d: number(d),
        d2: number(d2),
        a,
        b,
        c,
        e,
        k: floatBits(k),
        k2: floatBits(k2),
      })
    }
    const masked = size % shape.width === 0 ? [] : this.#stored()
    const mask = this.#lowering.words(masked)
    const blocks = Math.max(1, blocksOf(size, shape.width))
    return records.add('program', {
      blocks,
      entries: size === 0 ? shape.width : size - (blocks - 1) * shape.width,
      operandFirst,
      operandCount: this.#operands.length,
      temporaries: this.#temporaries,
      instructionFirst,
      instructionCount: this.#lines.length,
      maskFirst: mask.first,
      maskCount: mask.count,
      columnSums: Number(sums.some(({ of }) => of === 'column')),
    })
  }

  /** Operands that the program writes whole vectors to; sums leave out what is beyond the entries themselves. */
  #stored(): readonly number[] {
    const lines = this.#lines.filter(({ op }) => !sumOps.has(op))
    const written = lines.flatMap(({ d, d2 }) => (d2 ? [d, d2] : [d]))
    return [...new Set(written.flatMap((slot) => ('operand' in slot ? [slot.operand] : [])))]
  }
}
