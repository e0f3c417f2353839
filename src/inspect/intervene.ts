import { SluiceError } from '../core/errors.ts'
import { groupBy } from '../core/collections.ts'
import { knownKeys, numberWithin } from '../data/index.ts'
import { StepRewriter, type StepGraph } from '../graph/index.ts'
import type { SequenceModel } from '../model/index.ts'
import type { Program } from '../runtime/index.ts'
import type { Trainable, Weights } from '../train/index.ts'
import { adapted, layersOf } from './adapt.ts'
import { type LayerName, checkUnit, findLayer, findValue, unitsOf, withoutPrime } from './find.ts'
import type { NamedScan } from './scans.ts'
import { changeSteps } from './window-change.ts'

/** A change of a named value: `clamp`, or `value * scale + add`. Whatever reads the value reads the changed one. */
export interface Edit {
  /** By number or name; 0 unless given. */
  readonly layer?: LayerName
  /** Left-hand name in the cell's equations: a gate, a state, any other value. */
  readonly name: string
  /** Units that are changed; all unless given. */
  readonly units?: readonly number[]
  /** What the value is instead; 0 ablates it. */
  readonly clamp?: number
  /** 1 unless given. */
  readonly scale?: number
  /** 0 unless given. */
  readonly add?: number
}

/** A value of a layer that is changed, and what each unit is multiplied by and gets added. */
export interface EditedValue {
  readonly scan: NamedScan
  readonly name: string
  readonly node: number
  /** Names of the parameters of the step that change it. */
  readonly parameters: { readonly scale: string; readonly shift: string }
  readonly scale: Float32Array
  readonly shift: Float32Array
}

const known = ['layer', 'name', 'units', 'clamp', 'scale', 'add']

/**
 * A model in which some values of its cells are changed at every step: clamped, ablated, scaled or shifted. It can be
 * sampled from, evaluated, traced and changed again as the model itself; its weights are those of the model, which stays
 * as it is. Edits of one value are done in their order.
 *
 *     const forgetful = intervene(net, [{ layer: 0, name: 'f', clamp: 0 }])
 *     const without = intervene(net, [{ layer: 1, name: 'h', units: [17], clamp: 0 }])
 *
 * @throws SluiceError `inspect-layer`, `inspect-name`, `inspect-unit`, `inspect-edit` or `option-value`
 */
export function intervene(model: SequenceModel, edits: readonly Edit[]): SequenceModel
export function intervene(model: Trainable, edits: readonly Edit[]): Trainable
export function intervene(
  model: Trainable | SequenceModel,
  edits: readonly Edit[],
): Trainable | SequenceModel {
  return withEdits(model, editedValues(layersOf(model), edits))
}

/** The model with scale and shift of some values as parameters of their own. */
export function withEdits<M extends Trainable | SequenceModel>(model: M, values: readonly EditedValue[]): M
export function withEdits(
  model: Trainable | SequenceModel,
  values: readonly EditedValue[],
): Trainable | SequenceModel {
  const byLayer = groupBy(values, ({ scan }) => scan.name)
  const own = new Map<string, Weights>()
  for (const { scan, parameters, scale, shift } of values) {
    own.set(`${scan.name}.${parameters.scale}`, { shape: [scale.length], data: scale })
    own.set(`${scan.name}.${parameters.shift}`, { shape: [shift.length], data: shift })
  }
  const change = (program: Program): Program => {
    const graph = changeSteps(program.graph, ({ name, step }) => {
      const edited = byLayer.get(name)
      return edited && editedStep(step, edited)
    })
    const { gradient } = program
    const frozen = [...(gradient?.frozen ?? []), ...own.keys()]
    return { ...program, graph, ...(gradient && { gradient: { ...gradient, frozen } }) }
  }
  return 'changed' in model ? model.changed(change, own) : adapted(model, change, own)
}

function editedStep(step: StepGraph, values: readonly EditedValue[]): StepGraph {
  const rewriter = new StepRewriter(step)
  const { build } = rewriter
  const nodes = new Map(step.traces.map(({ name, node }) => [name, node]))
  const byNode = new Map(values.map((value) => [nodes.get(value.name), value]))
  rewriter.replace((copy, id) => {
    const value = byNode.get(id)
    if (!value) return copy
    const units = value.scale.length
    const scaled = build.add('mul', [copy, rewriter.parameter(value.parameters.scale, units)])
    return build.add('add', [scaled, rewriter.parameter(value.parameters.shift, units)])
  })
  return rewriter.finish()
}

function editedValues(scans: readonly NamedScan[], edits: readonly Edit[]): readonly EditedValue[] {
  const values = new Map<string, EditedValue>()
  for (const edit of edits) {
    knownKeys('An edit', edit, known)
    const scan = findLayer(scans, edit.layer ?? 0)
    const node = findValue(scan, edit.name)
    const key = `${scan.name} ${node}`
    const value = values.get(key) ?? unchanged(scan, edit.name, node)
    values.set(key, value)
    apply(edit, value)
  }
  return [...values.values()]
}

/** A value with a scale of 1 and a shift of 0. */
export function unchanged(scan: NamedScan, name: string, node: number): EditedValue {
  if (scan.step.nodes[node]!.op === 'attention_softmax')
    throw new SluiceError('inspect-edit/places', { value: `${scan.name}.${name}` })
  const units = unitsOf(scan, node)
  return {
    scan,
    name: withoutPrime(name),
    node,
    parameters: parameterNames(scan.step, name),
    scale: new Float32Array(units).fill(1),
    shift: new Float32Array(units),
  }
}

/** Names that no parameter of the step has: the value may have been changed before. */
function parameterNames({ parameters }: StepGraph, name: string): EditedValue['parameters'] {
  const taken = new Set(parameters.map((port) => port.name))
  let of = name
  while (taken.has(`scale of ${of}`)) of = `changed ${of}`
  return { scale: `scale of ${of}`, shift: `shift of ${of}` }
}

function apply(edit: Edit, { scan, scale, shift }: EditedValue): void {
  const [factor, addend] = numbersOf(edit, `${scan.name}.${edit.name}`)
  for (const unit of edit.units ?? scale.keys()) {
    checkUnit(`${scan.name}.${edit.name}`, unit, scale.length)
    scale[unit]! *= factor
    shift[unit] = shift[unit]! * factor + addend
  }
}

function numbersOf({ clamp, scale, add }: Edit, value: string): readonly [factor: number, addend: number] {
  const option = scale === undefined ? 'add' : 'scale'
  const others = scale !== undefined || add !== undefined
  if (clamp !== undefined && others) throw new SluiceError('inspect-edit/both', { value, option })
  if (clamp !== undefined) return [0, numberWithin('clamp', clamp, {})]
  if (!others) throw new SluiceError('inspect-edit/empty', { value })
  return [numberWithin('scale', scale ?? 1, {}), numberWithin('add', add ?? 0, {})]
}
