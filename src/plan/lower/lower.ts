import { type StepGraph, type Type, isLoss, isLossGradient, marksOf } from '../../graph/index.ts'
import { type Place, Places } from './places.ts'
import { type Plan, isZero } from '../plan.ts'
import { Unsupported, invariant } from '../../core/errors.ts'
import { extraBuffers, parameterSizes, trainedParts } from './buffers.ts'
import { type Operand, chunksOf, still, tokenPlace } from './arena.ts'
import { lowerForward } from './forward.ts'
import { type Gradients, lowerGradient } from './gradient.ts'
import { dropWeights, dropoutStage, layMask, type sequenceMasks } from './masks.ts'
import { layMemory, memoryOps, sumStage } from './memories.ts'
import { freshStart, givenStart, isHanded } from './initial.ts'
import { lossStage } from './loss.ts'
import type { Lowered, LoweredLoss, Target } from './lowered.ts'
import { inOrderWritten, isCarried, isOnlyForLoss, parameterOf } from './questions.ts'
import { ScanLowering, type Sequence, scanResult } from './scan.ts'
import { embedStage, reverseStage } from './stages.ts'
import { panelsOf } from './sums.ts'
import { sumStarts } from './weights.ts'
import { type LoopDraft, Lowering, draftLoop } from './writer.ts'

/** Lays a plan out for vectors of a width, a batch and a longest window. */
export function lower(plan: Plan, target: Target): Lowered {
  return new WindowLowering(plan, target).lower()
}

class WindowLowering {
  readonly #plan: Plan
  readonly #target: Target
  readonly #lowering: Lowering
  /** Sequences and rows by node; results of scans by pick. */
  readonly #values = new Map<number, Operand>()
  readonly #tokens = new Map<number, number>()
  readonly #scans = new Map<number, ScanLowering>()
  readonly #gradients = new Map<number, Gradients>()
  /** Gradients of initial states by pick, as parts to add. */
  readonly #initial = new Map<number, readonly Operand[]>()
  readonly #places: Places
  #losses = -1
  #loss: LoweredLoss | undefined
  #lossGradient: Operand | undefined
  #spent: ReadonlySet<string> = new Set()

  constructor(plan: Plan, target: Target) {
    const { vectorWidth: width, rows, steps } = target
    this.#plan = plan
    this.#target = target
    this.#places = new Places(plan)
    const shape = { width, rows, steps, chunks: chunksOf(rows) }
    this.#lowering = new Lowering(shape, parameterSizes(plan), {
      training: plan.training,
      pairs: target.precision === 'bf16',
    })
  }

  lower(): Lowered {
    const { arena, parameters } = this.#lowering
    const { slots, average = false } = this.#target
    const extra = extraBuffers(this.#lowering, slots, average)
    const trained = trainedParts(this.#plan, parameters)
    const rates = this.#lowering.train(trained.map(({ place }) => place))
    for (const id of this.#plan.order) {
      arena.owner = id
      this.#node(id)
    }
    arena.owner = -1
    this.#places.addOutputs((id) => this.#outputPlace(id))
    this.#places.addInputGradients((id) => this.#inputGradient(id))
    const { values, gradients } = this.#lowering
    const words = this.#lowering.finish({ ...extra, rates, losses: this.#losses })
    return {
      words,
      target: this.#target,
      arena: arena.floats,
      allocated: arena.allocated,
      constants: this.#lowering.constants,
      places: this.#places.byName,
      parameters: this.#parameters(),
      buffers: { value: values, ...(this.#plan.training && { gradient: gradients, ...extra }) },
      trained: trained.map(({ name }) => name),
      rates,
      spent: this.#spent,
      loss: this.#loss,
    }
  }

  #parameters(): Lowered['parameters'] {
    const { partition } = this.#plan
    const nodes = new Map(partition.graph.parameters.map(({ name, node }) => [name, node]))
    return new Map(
      [...partition.parameters].map(([name, pieces]) => [
        name,
        pieces.map((piece) => ({ piece, place: this.#lowering.parameters.get(nodes.get(piece.name)!)! })),
      ]),
    )
  }

  #value(id: number): Operand {
    const found = this.#values.get(id)
    invariant(found, `node ${id} of the window has a place`)
    return found
  }

  #node(id: number): void {
    const node = this.#plan.nodes[id]!
    switch (node.op) {
      case 'input':
        return this.#input(id)
      case 'scan':
        return this.#scan(id)
      case 'scan_gradient':
        return this.#scanGradient(id)
      case 'pick':
        return this.#pick(id)
      case 'gather':
        return this.#gather(id)
      case 'scatter':
        return this.#scatter(id)
      case 'dropout':
      case 'sequence_dropout':
      case 'word_dropout':
        return this.#dropout(id, node.op)
      case 'mask':
        return this.#mask(id)
      case 'weight_dropout':
        return this.#droppedWeights(id)
      case 'reverse':
        return this.#reverse(id)
      case 'add':
        return node.type.shape.length < 2 && node.inputs.every((input) => this.#values.has(input))
          ? this.#add(id)
          : undefined
      case 'sum_rows':
        return this.#sumRows(id)
      case 'select':
      case 'onehot':
      case 'parameter':
      case 'constant':
      case 'spread':
        return
      default:
        return memoryOps.has(node.op) ? this.#memory(id) : this.#lossOr(id)
    }
  }

  #input(id: number): void {
    const { type } = this.#plan.nodes[id]!
    const { arena, shape } = this.#lowering
    if (type.shape.length === 0) {
      const base = arena.allocate(type.extent === 'step' ? shape.steps * shape.rows : shape.rows)
      this.#tokens.set(id, base)
      return this.#places.addInput(id, 'tokens', tokenPlace(base, shape.rows))
    }
    const operand = this.#rowMajor(type)
    this.#values.set(id, operand)
    this.#places.addInput(id, type.extent === 'step' ? 'steps' : 'rows', operand)
  }

  /** A fresh place for a sequence, or for one vector or memory a row. */
  #rowMajor({ extent, shape: [size, entries] }: Type): Operand {
    const { arena, shape } = this.#lowering
    if (entries !== undefined) return arena.memory(size!, entries)
    return extent === 'step' ? arena.rowMajor(size!, shape.steps) : still(arena.rowMajor(size!, 1))
  }

  #sequence(id: number): Sequence {
    const { op, inputs, attributes } = this.#plan.nodes[id]!
    if (op !== 'onehot') return { kind: 'vectors', operand: this.#value(id) }
    return { kind: 'onehot', tokens: this.#tokens.get(inputs[0]!)!, classes: attributes.classes as number }
  }

  #scan(id: number): void {
    const { inputs, attributes } = this.#plan.nodes[id]!
    const step = attributes.step as StepGraph
    const planned = this.#plan.scans.find(({ node }) => node === id)!
    const [first, second] = [step.inputs.length, step.inputs.length + step.states.length]
    const third = second + step.parameters.length
    const initial = inputs.slice(first, second)
    const given = initial.map((input) => givenStart(this.#plan.nodes, input))
    const scan = new ScanLowering(this.#lowering, {
      plan: planned.plan,
      inputs: inputs.slice(0, first).map((input) => this.#sequence(input)),
      parameters: inputs.slice(second, third).map((input) => this.#lowering.parameters.get(input)!),
      training: planned.gradient !== undefined,
      initial: initial.map((input, i) => ({
        carried: given[i] !== undefined && isCarried(this.#plan, this.#target, given[i]),
        fresh: freshStart(this.#lowering, this.#plan.nodes, this.#tokens, input),
        final: isHanded(this.#plan.nodes, input) ? this.#final(input) : undefined,
      })),
      rowOutputs: step.outputs.map((_output, index) => !isOnlyForLoss(this.#plan, id, index)),
      lengths: this.#tokens.get(inputs[third] ?? -1),
    })
    lowerForward(scan)
    this.#scans.set(id, scan)
    // What is given is written straight into the slot of the state before the first step.
    given.forEach((input, i) => {
      if (input !== undefined) this.#places.redirect(this.#value(input), scan.states[i]!)
    })
  }

  /** The gradient of a parameter that rows start from. */
  #sumRows(id: number): void {
    const { nodes } = this.#plan
    const { op, inputs } = nodes[nodes[id]!.inputs[0]!]!
    const flags = op === 'select' ? this.#tokens.get(inputs[0]!)! : -1
    const places = this.#gradientPlaces(op === 'select' ? inputs[1]! : nodes[id]!.inputs[0]!)
    sumStarts(this.#lowering, places, this.#lowering.parameters.get(parameterOf(this.#plan, id))!, flags)
  }

  /** Whether the gradient of logits may take their place. */
  #isSpare(logits: number): boolean {
    const { op, inputs, attributes } = this.#plan.nodes[logits]!
    const scan = op === 'pick' ? this.#scans.get(inputs[0]!) : undefined
    const index = attributes.index as number
    return scan !== undefined && isOnlyForLoss(this.#plan, inputs[0]!, index) && scan.isSpare(index)
  }

  #pick(id: number): void {
    const { inputs, attributes } = this.#plan.nodes[id]!
    const index = attributes.index as number
    const scan = this.#scans.get(inputs[0]!)
    if (scan) this.#values.set(id, scanResult(scan, index))
    else this.#pickGradient(id, this.#gradients.get(inputs[0]!)!, index)
  }

  /** Gradients of parameters go straight to their buffers; the others have places, a sequence of zeros too. */
  #pickGradient(id: number, { inputs, initial }: Gradients, index: number): void {
    const state = initial[index - inputs.length]
    if (index < inputs.length)
      this.#values.set(id, inputs[index] ?? this.#rowMajor(this.#plan.nodes[id]!.type))
    else if (state) this.#initial.set(id, state)
  }

  /** Where the gradient of an input stands; not in rows that started from something else. */
  #inputGradient(id: number): Pick<Place, 'places' | 'unless'> {
    const { op, inputs } = this.#plan.nodes[id]!
    if (op !== 'select') return { places: this.#gradientPlaces(id) }
    return { places: this.#gradientPlaces(inputs[2]!), unless: this.#tokens.get(inputs[0]!)! }
  }

  /** Where the gradient of an input stands, as parts to add. */
  #gradientPlaces(id: number): readonly Operand[] {
    const value = this.#values.get(id)
    if (value) return [value]
    const { op, inputs } = this.#plan.nodes[id]!
    return op === 'add'
      ? inputs.flatMap((input) => this.#gradientPlaces(input))
      : (this.#initial.get(id) ?? [])
  }

  #scanGradient(id: number): void {
    const { inputs } = this.#plan.nodes[id]!
    const planned = this.#plan.scans.find(({ gradient }) => gradient === id)!
    const scan = this.#scans.get(planned.node)!
    const { program } = planned.plan
    const first = this.#plan.nodes[planned.node]!.inputs.length
    const given = (input: number): Operand | undefined =>
      isZero(this.#plan.nodes, input) ? undefined : this.#value(input)
    const outputs = inputs.slice(first, first + program.outputs.length)
    const finals = inputs.slice(first + program.outputs.length)
    this.#gradients.set(
      id,
      lowerGradient(scan, {
        outputs: outputs.map(given),
        finals: finals.map((input) => this.#gradientPlaces(input).map(still)),
      }),
    )
  }

  #gather(id: number): void {
    const { inputs, type } = this.#plan.nodes[id]!
    const operand = this.#rowMajor(type)
    this.#values.set(id, operand)
    const table = this.#lowering.parameters.get(inputs[0]!)!
    this.#single(id, embedStage(this.#lowering, table, this.#tokens.get(inputs[1]!)!, operand))
  }

  /** The gradient of an embedding: rows added to the rows that their tokens name. */
  #scatter(id: number): void {
    const [value, tokens] = this.#plan.nodes[id]!.inputs as [number, number]
    const place = this.#lowering.parameters.get(parameterOf(this.#plan, id))!
    this.#lowering.sums.push({
      kind: 'scatter',
      ...panelsOf(this.#value(value), place.columns, this.#lowering.shape.width),
      stride: place.rowStride,
      targets: [this.#lowering.gradients + place.offset],
      tokens: this.#tokens.get(tokens)!,
      classes: place.rows,
      lengths: -1,
    })
  }

  #dropout(id: number, op: (typeof sequenceMasks)[number]): void {
    const { inputs, type, attributes } = this.#plan.nodes[id]!
    const size = type.shape[0]!
    const to = this.#rowMajor(type)
    this.#values.set(id, to)
    const places = { from: this.#value(inputs[0]!), to, size }
    const tokens = op === 'word_dropout' ? { tokens: this.#tokens.get(inputs[1]!)! } : {}
    this.#single(id, { ...dropoutStage(this.#lowering, op, attributes, places), ...tokens })
  }

  #mask(id: number): void {
    const { place, stage } = layMask(this.#lowering, this.#plan.nodes[id]!.attributes)
    this.#values.set(id, place)
    this.#single(id, stage)
  }

  /** Gradients go back to the parameter without a node's help. */
  #droppedWeights(id: number): void {
    if (id >= this.#plan.forward) return
    const { inputs, attributes } = this.#plan.nodes[id]!
    const { parameters } = this.#lowering
    dropWeights(this.#lowering, attributes, parameters.get(inputs[0]!), parameters.get(id))
  }

  #reverse(id: number): void {
    const { inputs, type } = this.#plan.nodes[id]!
    const { arena, shape } = this.#lowering
    const isTokens = type.shape.length === 0
    if (isTokens) this.#tokens.set(id, arena.allocate(shape.steps * shape.rows))
    else this.#values.set(id, this.#rowMajor(type))
    const place = (node: number): Operand =>
      isTokens ? tokenPlace(this.#tokens.get(node)!, shape.rows) : this.#value(node)
    const lengths = this.#tokens.get(inputs[1] ?? -1)
    const size = isTokens ? 0 : type.shape[0]!
    this.#single(id, reverseStage(this.#lowering, size, lengths, place(inputs[0]!), place(id)))
  }

  #add(id: number): void {
    const { inputs, type } = this.#plan.nodes[id]!
    const operand = this.#rowMajor(type)
    this.#values.set(id, operand)
    const parts = inputs.map((input) => this.#value(input))
    this.#single(id, sumStage(this.#lowering, type.shape[0]!, parts, operand))
  }

  #memory(id: number): void {
    const { place, stage } = layMemory(this.#lowering, this.#plan.nodes, id, {
      parts: (input) => this.#gradientPlaces(input),
      lengths: (input) => this.#tokens.get(input ?? -1),
    })
    this.#values.set(id, place)
    if (stage) this.#single(id, stage)
  }

  #lossOr(id: number): void {
    const { op } = this.#plan.nodes[id]!
    if (isLoss(op)) return this.#lossOf(id)
    if (isLossGradient(op)) return this.#lossGradientOf(id)
    throw new Unsupported('unsupported/operation', { op })
  }

  #lossOf(id: number): void {
    if (this.#loss) throw new Unsupported('unsupported/losses')
    const node = this.#plan.nodes[id]!
    const [prediction, labels] = node.inputs as [number, number]
    const { arena, shape } = this.#lowering
    const { type } = this.#plan.nodes[prediction]!
    const size = type.shape[0]!
    this.#losses = arena.allocate(shape.steps * shape.rows)
    const marked = marksOf(node)
    // Counted before the call, so where they are written: a reverse changes their order alone.
    const marks =
      marked === undefined ? undefined : this.#tokens.get(inOrderWritten(this.#plan.nodes, marked))
    this.#loss = { op: node.op, attributes: node.attributes, size, marks }
    const isSpare = this.#isSpare(prediction)
    this.#lossGradient = isSpare ? this.#value(prediction) : this.#rowMajor(type)
    if (isSpare) this.#spent = this.#places.outputsOf(prediction)
    const stage = lossStage(this.#lowering, node, size, {
      gradient: this.#lossGradient,
      vector: (index) => this.#value(node.inputs[index]!),
      labels: this.#plan.nodes[labels]!.type.shape[0] ?? 0,
      tokens: (index) => this.#tokens.get(node.inputs[index] ?? -1) ?? -1,
    })
    this.#single(id, stage)
  }

  /** The loss stage leaves the gradient for a seed of 1, which a loss has that is seeded once. */
  #lossGradientOf(id: number): void {
    const { op, attributes } = this.#plan.nodes[this.#plan.nodes[id]!.inputs.at(-1)!]!
    if (op !== 'constant' || attributes.value !== 1) throw new Unsupported('unsupported/losses')
    this.#values.set(id, this.#lossGradient!)
  }

  /** A stage that is a loop of its own. */
  #single(id: number, stage: LoopDraft['stages'][number]): void {
    const isForward = id < this.#plan.forward
    const loop = draftLoop(isForward ? 1 : -1, true)
    loop.stages.push(stage)
    ;(isForward ? this.#lowering.forward : this.#lowering.backward).push(loop)
  }

  #outputPlace(id: number): Pick<Place, 'kind' | 'places'> {
    const { op, type, inputs } = this.#plan.nodes[id]!
    if (isLoss(op)) return { kind: 'loss', places: [] }
    if (type.extent === 'step') return { kind: 'steps', places: [this.#value(id)] }
    if (op !== 'pick' || !this.#scans.has(inputs[0]!)) throw new Unsupported('unsupported/outputs')
    return { kind: 'final', places: [this.#final(id)] }
  }

  /** The state whose value at the end of the window a node is. */
  #final(id: number): Operand {
    const { inputs, attributes } = this.#plan.nodes[id]!
    const scan = this.#scans.get(inputs[0]!)!
    return scan.states[(attributes.index as number) - scan.program.outputs.length]!
  }
}
