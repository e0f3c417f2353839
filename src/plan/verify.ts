import { invariant } from '../core/errors.ts'
import { type Holds, additiveList, attentionStages } from './attention-stages.ts'
import {
  type RecordName,
  instructions,
  magic,
  packKinds,
  reductionKinds,
  stageKinds,
  version,
} from './format.ts'
import { type Fields, readPlan, recordNames } from './read.ts'
import { isLossStage, verifyLoss } from './verify-loss.ts'

/** Slots that an instruction names, by field. */
const slotFields = ['d', 'd2', 'a', 'b', 'c', 'e'] as const

/** Fields that may be below 0: -1 for none, bits of a float, a direction. All others count something or say where it is. */
const signed: ReadonlySet<string> = new Set([
  'copy.a',
  'group.bias',
  'stage.program',
  'stage.lengths',
  'stage.tokens',
  'loop.lengths',
  'reduction.lengths',
  'copy.lengths',
  'word.value',
  'loop.direction',
  'instruction.k',
  'instruction.k2',
  'stage.k',
  'stage.threshold',
  'drop.k',
  'drop.threshold',
])

const opcodes = instructions.length

/**
 * Checks a lowered plan before it runs: every reference names a record, and every address that a run can form lies in
 * the arena. A plan that fails is a bug of Sluice.
 * @throws SluiceError `internal`
 */
export function verify(words: Int32Array): void {
  new Verifier(words).verify()
}

/** Lines of packed weights for `depth` rows, one for each or one for two. */
const linesOf = (depth: number, pairs: number): number => (pairs ? Math.ceil(depth / 2) : depth)

class Verifier {
  readonly #head: Fields
  readonly #section: (name: RecordName) => readonly Fields[]

  constructor(words: Int32Array) {
    const { head, section } = readPlan(words)
    this.#head = head
    this.#section = section
  }

  verify(): void {
    this.#header()
    for (const name of recordNames) for (const record of this.#section(name)) this.#signs(name, record)
    for (const loop of this.#range('loop', 'forward', this.#head)) this.#loop(loop)
    for (const loop of this.#range('loop', 'backward', this.#head)) this.#loop(loop)
    this.#families(this.#range('reduction', 'reduce', this.#head))
    this.#families(this.#range('reduction', 'finish', this.#head))
    for (const reduction of this.#section('reduction')) this.#reduction(reduction)
    for (const pack of this.#section('pack')) this.#pack(pack)
    for (const drop of this.#section('drop')) this.#drop(drop)
  }

  #header(): void {
    const { vectorWidth, rows, steps, chunks, dealt, parameterFloats } = this.#head
    invariant(this.#head.magic === magic && this.#head.version === version, 'a plan of this version')
    invariant(dealt === 0 || dealt === 1, 'chunks are dealt or not')
    invariant(
      Math.min(vectorWidth!, rows!, steps!, chunks!) >= 1 && chunks! <= rows!,
      'a plan has rows and steps',
    )
    this.#region('parameters', this.#head.parameters!, parameterFloats!)
    this.#region('gradients', this.#head.gradients!, parameterFloats!)
    for (const slot of [this.#head.slot0!, this.#head.slot1!, this.#head.slot2!])
      if (slot !== -1) this.#region('slots', slot, parameterFloats!)
    if (this.#head.average !== -1) this.#region('average', this.#head.average!, parameterFloats!)
    this.#ranges()
    this.#region('parts of the norm', this.#head.normParts!, 2 * Math.ceil(parameterFloats! / 4096))
  }

  /** Ranges of parameters are whole vectors, in order and apart. */
  #ranges(): void {
    const { rates, parameterFloats, vectorWidth } = this.#head
    const ranges = this.#section('range')
    this.#region('rates', rates!, 4 * ranges.length)
    let end = 0
    for (const { offset, floats } of ranges) {
      invariant(offset! >= end && floats! % vectorWidth! < 1, 'ranges of parameters are in order')
      end = offset! + floats!
    }
    invariant(end <= parameterFloats!, 'ranges of parameters lie in their buffers')
  }

  #signs(name: RecordName, record: Fields): void {
    for (const [field, value] of Object.entries(record))
      invariant(value >= 0 || signed.has(`${name}.${field}`), `${name}.${field} (${value}) is not negative`)
    invariant((record.pairs ?? 0) <= 1, `${name}.pairs is 0 or 1`)
  }

  /** Records first..first+count of a section, named by fields of another record. */
  #range(name: RecordName, field: string, of: Fields): readonly Fields[] {
    const [first, count] = [of[`${field}First`]!, of[`${field}Count`]!]
    const all = this.#section(name)
    invariant(
      first >= 0 && count >= 0 && first + count <= all.length,
      `${field} names ${name} records that exist`,
    )
    return all.slice(first, first + count)
  }

  #one(name: RecordName, index: number): Fields {
    const found = this.#section(name)[index]
    invariant(found, `${name} ${index} exists`)
    return found
  }

  #region(what: string, from: number, length: number): void {
    invariant(
      from >= 0 && length >= 0 && from + length <= this.#head.arena!,
      `${what} (${from}, ${length} floats) lies in the arena`,
    )
  }

  /** Checks all addresses of an operand for `blocks` blocks, over all steps, rows and chunks. */
  #operand(what: string, index: number, blocks: number, steps = this.#head.steps!): void {
    const operand = this.#one('operand', index)
    const { base, timeStride, chunkStride, rowStride, panelStride, unitStride, units } = operand
    const { rows, chunks, vectorWidth } = this.#head
    invariant(units! >= 1, 'an operand has units')
    const last = Math.max(0, blocks - 1)
    const widest =
      Math.max(0, steps - 1) * timeStride! +
      (chunks! - 1) * chunkStride! +
      (rows! - 1) * rowStride! +
      Math.floor(last / units!) * panelStride! +
      (units === 1 ? 0 : Math.min(last, units! - 1) * unitStride!)
    this.#region(what, base!, widest + vectorWidth!)
  }

  #loop(loop: Fields): void {
    for (const copy of this.#range('copy', 'copy', loop)) {
      invariant(copy.lastStep! <= 2 && copy.add! <= 1, 'a copy is of a known kind')
      const steps = copy.lastStep ? this.#head.steps! + 1 : 1
      if (copy.a! >= 0) this.#operand('copy from', copy.a!, copy.blocks!, steps)
      this.#operand('copy to', copy.d!, copy.blocks!)
      this.#lengths(copy)
    }
    for (const copy of this.#range('copy', 'idle', loop)) {
      if (copy.a! >= 0) this.#operand('idle from', copy.a!, copy.blocks!)
      this.#operand('idle to', copy.d!, copy.blocks!)
      this.#lengths(copy)
    }
    this.#lengths(loop)
    for (const stage of this.#range('stage', 'stage', loop)) this.#stage(stage)
  }

  #lengths({ lengths }: Fields): void {
    if (lengths !== -1) this.#region('lengths', lengths!, this.#head.rows!)
  }

  #stage(stage: Fields): void {
    const kind = stageKinds[stage.kind!]
    invariant(kind, `stage kind ${stage.kind} exists`)
    if (kind === 'compute') return this.#compute(stage)
    if (kind === 'reduce') {
      const list = this.#range('word', 'list', stage).map(({ value }) => value!)
      for (let i = 0; i < list.length; i += 2) this.#operand('reduce from', list[i]!, list[i + 1]!)
      return this.#operand('reduce to', stage.d!, 1)
    }
    if (kind in attentionStages) return this.#attention(kind, stage)
    if (kind !== 'embed' && kind !== 'mask') this.#operand(`${kind} from`, stage.a!, stage.blocks!)
    this.#operand(`${kind} to`, stage.d!, stage.blocks!)
    if (kind === 'embed' || kind === 'word_dropout')
      this.#region('tokens', stage.tokens!, this.#head.steps! * this.#head.rows!)
    if (kind === 'mask') invariant(this.#range('word', 'list', stage).length === 3, 'a mask has three values')
    if (kind === 'reverse') this.#lengths(stage)
    if (kind === 'embed') this.#region('table', stage.table!, stage.classes! * stage.stride!)
    if (isLossStage(kind)) {
      const list = this.#range('word', 'list', stage).map(({ value }) => value!)
      verifyLoss({ kind, stage, list, head: this.#head }, this.#region.bind(this), this.#operand.bind(this))
    }
  }

  /** What goes over places: an operand of each kind that its table names. */
  #attention(kind: string, stage: Fields): void {
    const { entries, blocks } = stage
    const check = (index: number, holds: Holds): void => {
      const across = holds === 'places' ? Math.ceil(entries! / this.#head.vectorWidth!) : blocks!
      this.#operand(`${kind} ${holds}`, index, across, holds === 'memory' ? entries! : this.#head.steps!)
      if (holds === 'memory') this.#whole(this.#one('operand', index))
    }
    invariant(entries! >= 1, 'a memory has places')
    for (const [field, holds] of Object.entries(attentionStages[kind]!)) check(stage[field]!, holds)
    if (kind === 'places') this.#lengths(stage)
    if (kind !== 'score_additive_gradient') return
    const list = this.#range('word', 'list', stage).map(({ value }) => value!)
    invariant(list.length === additiveList.length, 'additive scores have a vector and three gradients')
    list.forEach((index, i) => {
      if (i === 0 || index >= 0) check(index, additiveList[i]!)
    })
  }

  /** The blocks of a place follow each other, whatever the strides of its operand say. */
  #whole({ panelStride, units }: Fields): void {
    invariant(units === 1 && panelStride === this.#head.vectorWidth, 'places stand whole')
  }

  #compute(stage: Fields): void {
    const { panels, units } = stage
    for (const group of this.#range('group', 'group', stage)) {
      this.#group(group)
      invariant(group.panels === panels, 'a stage goes through the panels of its groups')
    }
    for (const product of this.#range('product', 'product', stage)) {
      this.#product(product)
      const through = stage.program! >= 0 && product.segments === panels
      invariant(!product.fused || through, 'a fused product has a segment for each panel of the program')
    }
    if (stage.program! < 0) return
    const program = this.#one('program', stage.program!)
    invariant(
      program.blocks! >= 1 && program.blocks! <= panels! * units!,
      'a stage goes through the blocks of its program',
    )
    this.#program(program)
  }

  #group(group: Fields): void {
    const { panels, vectors, bias } = group
    this.#panels('group', group.c!, group, this.#head.vectorWidth!)
    if (bias! >= 0) this.#region('bias', bias!, panels! * vectors! * this.#head.vectorWidth!)
    for (const product of this.#range('product', 'product', group)) {
      this.#product(product)
      invariant(
        product.panels === panels && product.vectors! <= vectors!,
        'a product stays in the panels of its group',
      )
    }
    for (const gather of this.#range('gather', 'gather', group)) {
      invariant(
        gather.vectorStart! + gather.vectors! <= vectors! && gather.lastVectors! <= gather.vectors!,
        'a gather stays in its panel',
      )
      this.#region(
        'table',
        gather.table!,
        panels! * gather.classes! * gather.vectors! * this.#head.vectorWidth!,
      )
      this.#region('tokens', gather.tokens!, this.#head.steps! * this.#head.rows!)
    }
  }

  /** Panels at an operand: all but the last with `vectors` vectors, the last with `lastVectors`. */
  #panels(what: string, operand: number, of: Fields, vectorStride: number): void {
    const { base, timeStride, rowStride } = this.#one('operand', operand)
    const { rows, steps, vectorWidth } = this.#head
    const { panels, vectors: whole, lastVectors } = of
    invariant(
      Math.min(panels!, whole!, lastVectors!) >= 1 && lastVectors! <= whole!,
      `${what} has panels of vectors`,
    )
    const start = base! + (steps! - 1) * timeStride! + (rows! - 1) * rowStride!
    const reach = (panel: number, vectors: number): number =>
      panel * of.panelStride! + (vectors - 1) * vectorStride + vectorWidth!
    if (panels! > 1) this.#region(what, start, reach(panels! - 2, whole!))
    this.#region(what, start, reach(panels! - 1, lastVectors!))
  }

  #product(product: Fields): void {
    const { a, segments, segmentLength, segmentStride, weights, panels, vectors, pairs } = product
    this.#rows('product from', a!, (segments! - 1) * segmentStride! + segmentLength!)
    invariant(vectors! <= 4, 'a product has 1 to 4 vectors')
    this.#region(
      'weights',
      weights!,
      panels! * segments! * linesOf(segmentLength!, pairs!) * vectors! * this.#head.vectorWidth!,
    )
    this.#panels('product to', product.c!, product, product.vectorStride!)
  }

  /** Checks `length` floats of an operand's block 0, over all steps and rows. */
  #rows(what: string, index: number, length: number): void {
    const { base, timeStride, rowStride } = this.#one('operand', index)
    const last = (this.#head.steps! - 1) * timeStride! + (this.#head.rows! - 1) * rowStride!
    this.#region(what, base!, last + length)
  }

  #program(program: Fields): void {
    const operands = program.operandCount!
    const slots = operands + program.temporaries!
    invariant(
      program.entries! >= 1 && program.entries! <= this.#head.vectorWidth!,
      'the last block of a program has entries',
    )
    invariant(program.temporaries! <= program.instructionCount!, 'every temporary is written')
    this.#range('operand', 'operand', program)
    for (let i = 0; i < operands; i++)
      this.#operand(`operand ${i}`, program.operandFirst! + i, program.blocks!)
    for (const instruction of this.#range('instruction', 'instruction', program)) {
      invariant(instruction.op! < opcodes, `instruction ${instruction.op} exists`)
      invariant(
        slotFields.every((field) => instruction[field]! < slots),
        'an instruction reads and writes slots that exist',
      )
    }
    for (const { value } of this.#range('word', 'mask', program))
      invariant(value! >= 0 && value! < operands, 'a mask names an operand')
  }

  /** Reductions that go together stand one after the other and have as many panels. */
  #families(list: readonly Fields[]): void {
    for (let first = 0; first < list.length; first += list[first]!.together!) {
      const { together, panels } = list[first]!
      invariant(together! >= 1 && first + together! <= list.length, 'reductions that go together are there')
      const others = list.slice(first + 1, first + together!)
      const alike = others.every((other) => other.together === 0 && other.panels === panels)
      invariant(alike, 'reductions that go together have as many panels')
    }
  }

  #reduction(reduction: Fields): void {
    const kind = reductionKinds[reduction.kind!]
    invariant(kind, `reduction kind ${reduction.kind} exists`)
    const targets = this.#range('word', 'target', reduction).map(({ value }) => value!)
    this.#lengths(reduction)
    const { vectorWidth } = this.#head
    const { entries, stride, classes, panels, units, lastVectors, blocks } = reduction
    if (kind === 'chunks' || kind === 'rows') {
      this.#operand(kind, reduction.d!, blocks!)
      for (const target of targets) this.#region('gradient', target, blocks! * vectorWidth!)
    } else if (kind === 'transpose') {
      this.#region('turned gradient', reduction.source!, entries! * reduction.sourceStride!)
      for (const target of targets) this.#region('gradient', target, (classes! - 1) * stride! + entries!)
    } else {
      invariant(targets.length * units! >= reduction.vectors!, 'every vector has a target')
      const widest = ((panels! - 1) * units! + (targets.length === 1 ? lastVectors! : units!)) * vectorWidth!
      const lines = kind === 'weight' ? entries! : kind === 'scatter' ? classes! : 1
      for (const target of targets) this.#region('gradient', target, (lines - 1) * stride! + widest)
      this.#panels(kind, reduction.d!, reduction, vectorWidth!)
      if (kind === 'scatter') this.#region('tokens', reduction.tokens!, this.#head.steps! * this.#head.rows!)
      if (kind !== 'weight') return
      invariant(entries! > 0, 'what gives gradients of a matrix has entries')
      this.#rows('weight', reduction.a!, entries!)
    }
  }

  #pack(pack: Fields): void {
    const kind = packKinds[pack.kind!]
    invariant(kind, `pack kind ${pack.kind} exists`)
    const lanes = pack.vectors! * this.#head.vectorWidth!
    const inner = pack.innerPanels! * pack.slots! * pack.units! * this.#head.vectorWidth!
    const depth = { forward: pack.k!, backward: inner, bias: 1 }[kind]
    invariant(pack.lastVectors! <= pack.vectors!, 'the last panel of a pack is no wider than the others')
    this.#region('packed weights', pack.dst!, pack.panels! * linesOf(depth, pack.pairs!) * lanes)
    const list = this.#range('word', 'source', pack).map(({ value }) => value!)
    invariant(
      kind === 'backward' || (pack.units! >= 1 && pack.vectors! <= pack.slots! * pack.units!),
      'every vector of a pack has a slot',
    )
    if (kind === 'bias') return this.#biases(pack, list)
    invariant(list.length === 3 * pack.slots!, 'every slot of a pack has a source')
    for (let i = 0; i < list.length; i += 3) {
      const [offset, kStride, nStride] = [list[i]!, list[i + 1]!, list[i + 2]!]
      this.#region('weights', offset, (pack.k! - 1) * kStride + (pack.n! - 1) * nStride + 1)
    }
  }

  /** Dropped weights lie in the parameter buffers, and so do those that they are made from. */
  #drop({ source, target, lines, stride, entries }: Fields): void {
    const { parameterFloats, vectorWidth } = this.#head
    const length = (lines! - 1) * stride! + Math.ceil(entries! / vectorWidth!) * vectorWidth!
    invariant(lines! >= 1 && stride! >= entries!, 'dropped weights stand in lines')
    for (const start of [source!, target!])
      invariant(start + length <= parameterFloats!, 'dropped weights lie in the parameter buffers')
  }

  #biases(pack: Fields, list: readonly number[]): void {
    for (let i = 0; i < list.length; i += 2) {
      invariant(list[i]! >= 0 && list[i]! < pack.slots!, 'a bias belongs to a slot')
      this.#region('bias', list[i + 1]!, pack.n!)
    }
  }
}
