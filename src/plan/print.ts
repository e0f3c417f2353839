import { operation } from '../graph/index.ts'
import { type Instruction, select } from './lower/fuse.ts'
import type { Plan } from './plan.ts'
import { type ScanPlan, type Stage, backwardRoots, results, source } from './schedule.ts'
import { biases, runs, terms } from './stack.ts'
import type { StepProgram } from './step.ts'

/**
 * Text of what a plan does with its scans: each stage's stacked products, sums and pointwise instructions, forward and
 * back; what is kept for the backward pass; how the gradients of parameters are summed. A lost fusion shows as a diff.
 */
export function printPlan({ scans }: Plan): string {
  return scans.map(({ plan }) => printScan(plan)).join('\n\n')
}

/** Text of the plan of one scan; see `printPlan`. */
export function printScan(plan: ScanPlan): string {
  return new ScanPrinter(plan).print()
}

class ScanPrinter {
  readonly #plan: ScanPlan

  constructor(plan: ScanPlan) {
    this.#plan = plan
  }

  get #program(): StepProgram {
    return this.#plan.program
  }

  print(): string {
    const { forward, backward, kept } = this.#plan
    const lines = [`scan ${this.#program.name}`, ...this.#stages('forward', forward)]
    if (backward.length > 0) {
      if (kept.size > 0) lines.push(`keeps ${[...kept].map((id) => this.#defined(id)).join(', ')}`)
      lines.push(...this.#stages('back', backward), ...this.#carries(), ...this.#sums())
    }
    return lines.join('\n')
  }

  #stages(direction: string, stages: readonly Stage[]): readonly string[] {
    return stages.flatMap((stage, index) => [
      `${direction} ${index}`,
      ...stage.groups.flatMap((group) => this.#group(group)),
      ...[...stage.reductions, ...stage.attention].map((id) =>
        this.#line(id, `${this.#op(id)} ${this.#inputs(id)}`),
      ),
      ...select(this.#program, stage.program, this.#escapes(stages, stage)).map((entry) =>
        this.#instruction(entry),
      ),
    ])
  }

  /** Stacked sums, with the products that make them: readers of one operand that stand together are one product. */
  #group(group: readonly number[]): readonly string[] {
    const sums = group.map((id) => this.#line(id, this.#sum(id)))
    if (group.length === 1) return sums
    const products = runs(this.#program, group).map(
      (run) => `${run.terms.length} on ${this.#name(run.operand)}`,
    )
    return [`  stack of ${group.length}: ${products.join(', ')}`, ...sums.map((line) => `  ${line}`)]
  }

  #sum(id: number): string {
    const products = terms(this.#program, id).map(
      ({ matrix, operand, transposed }) =>
        `${this.#name(matrix)}${transposed ? '^T' : ''} @ ${this.#name(operand)}`,
    )
    return [...products, ...biases(this.#program, id).map((bias) => this.#name(bias))].join(' + ')
  }

  /** Values of a stage's program that something else needs too. */
  #escapes(stages: readonly Stage[], stage: Stage): ReadonlySet<number> {
    const program = this.#program
    const others = stages.flatMap((other) => [
      ...other.groups.flat(),
      ...other.reductions,
      ...other.attention,
      ...(other === stage ? [] : other.program),
    ])
    const read = others.flatMap((id) => program.nodes[id]!.inputs)
    const mixed = stage.program.flatMap((id) =>
      program.nodes[id]!.inputs.filter((input) => this.#size(input) !== this.#size(id)),
    )
    const needed = [...read, ...mixed, ...this.#plan.kept, ...results(program), ...backwardRoots(program)]
    return new Set(needed.map((id) => source(program, id)))
  }

  #instruction({ op, args, value, second, k, k2 }: Instruction): string {
    const settings = {
      affine: [k, k2],
      clip: [k, k2],
      inside: [k, k2],
      power: [k],
      leaky_relu: [k],
      elu: [k],
    }
    const given = [
      ...args.map((arg) => this.#name(arg)),
      ...((settings as Record<string, number[]>)[op] ?? []),
    ]
    const both = second === undefined ? '' : `, ${this.#defined(second)}`
    return `  ${this.#defined(value)}${both} = ${op} ${given.join(' ')}`
  }

  #carries(): readonly string[] {
    const program = this.#program
    return program.states.flatMap(({ carries }) =>
      carries.map(
        ({ leaf, source: made }) =>
          `carry ${this.#name(leaf)} = ${made === undefined ? '0' : this.#name(made)}`,
      ),
    )
  }

  #sums(): readonly string[] {
    const { matrices, vectors, memoryGradients, inputs } = this.#program
    return [
      ...memoryGradients.flatMap((parts, i) =>
        parts.map((id) => `sum ${this.#name(inputs[i]!.node)} += ${this.#name(id)}`),
      ),
      ...matrices.map(({ parameter, transposed, gradient, operand }) => {
        const pair = transposed ? [operand, gradient] : [gradient, operand]
        return `sum ${this.#name(parameter)} += ${pair.map((id) => this.#name(id)).join(' outer ')}`
      }),
      ...vectors.map(({ parameter, value }) => `sum ${this.#name(parameter)} += ${this.#name(value)}`),
    ]
  }

  #line(id: number, text: string): string {
    return `  ${this.#defined(id)} [${this.#size(id) || ''}] = ${text}`
  }

  #op(id: number): string {
    return this.#program.nodes[id]!.op
  }

  #inputs(id: number): string {
    return this.#program.nodes[id]!.inputs.map((input) => this.#name(input)).join(' ')
  }

  #size(id: number): number {
    return this.#program.nodes[id]!.type.shape[0] ?? 0
  }

  /** How a node is read: leaves by their names, others by number; what only repeats a value is that value. */
  #name(id: number): string {
    const at = source(this.#program, id)
    const { op, attributes } = this.#program.nodes[at]!
    if (op === 'constant') return String(attributes.value)
    return operation(op).kind === 'leaf' ? (attributes.name as string).replaceAll(' ', '_') : `%${at}`
  }

  #defined(id: number): string {
    const { name } = this.#program.nodes[id]!
    return name === undefined || operation(this.#op(id)).kind === 'leaf' ? this.#name(id) : `%${id}:${name}`
  }
}
