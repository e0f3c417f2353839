import { describe, expect, it } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { model } from '../../src/model/index.ts'
import { lower, plan, verify } from '../../src/plan/index.ts'
import { type RecordName, header, records, stageKinds } from '../../src/plan/format.ts'
import type { Program } from '../../src/runtime/index.ts'
import { decoderProgram, decoderShapes, decoders, translation } from './attention.ts'
import { namedCells, programOf, randomCells, shapes, sized } from './cases.ts'
import { lossCases, lossProgram } from '../runtime/loss-programs.ts'
import { sequenceProgram } from './sequences.ts'

function words(program: Program, vectorWidth: number): Int32Array {
  const { rows, steps, gradient, states } = program
  const carried = states.map(({ initial }) => initial)
  return lower(plan(program), { vectorWidth, rows, steps, slots: gradient?.slots ?? 0, carried }).words
}

const input = Vocabulary.of('a small vocabulary')
const shape = { rows: 9, steps: 3, training: true }
const onehot = model({ input, layers: [cells.lstm(20), cells.gru(20)], dropout: 0.3 }).program({
  ...shape,
  slots: 3,
})
const embedded = model({ input, layers: [cells.gru_reset_before(20)], embedding: 7 }).program({
  ...shape,
  slots: 2,
})
const turned = programOf(
  namedCells.find(([name]) => name === 'one matrix both ways in one sum')![1],
  shapes[3],
)
const normed = programOf(namedCells.find(([name]) => name === 'norms of sums and of states')![1], shapes[1])

const masked = sequenceProgram([sized(namedCells[0]![1], { input: 5, hidden: 20 })], {
  rows: 9,
  steps: 3,
  direction: 'both',
  masked: true,
})

const lossy = [
  'cross-entropy with weights, summed',
  'quantiles, masked',
  'keys with weights',
  'alignments, the mean',
].map((name) => lossProgram(lossCases[name]!, { rows: 9, steps: 3 }))
const attending = decoders.map(([, cell], index) =>
  decoderProgram(cell, decoderShapes[1]!, (['mask', 'lengths', 'rows'] as const)[index % 3]!),
)
const handed = translation({ rows: 9, steps: 3, places: 4 })

describe('verify accepts', () => {
  it.each(namedCells)('%s', (_name, cell) => {
    for (const width of [4, 16])
      for (const one of shapes) expect(() => verify(words(programOf(cell, one), width))).not.toThrow()
  })

  it('random cells', () => {
    for (const [index, [, cell]] of randomCells(100, 25).entries())
      expect(() => verify(words(programOf(cell, shapes[index % 3]!), 8))).not.toThrow()
  })

  it('models, with and without a backward pass', () => {
    for (const program of [onehot, embedded, masked, handed, ...lossy, ...attending]) {
      const { gradient: _none, ...forward } = program
      expect(() => verify(words(program, 8))).not.toThrow()
      expect(() => verify(words(forward, 8))).not.toThrow()
    }
  })
})

/** Most records of a kind that are tried in each plan. */
const tried = 8

/** Calls `visit` with the name of each field and where it stands in a plan. */
function eachField(good: Int32Array, visit: (name: string, at: number) => void): void {
  header.forEach((field, at) => visit(`header.${field}`, at))
  for (const [section, name] of (Object.keys(records) as RecordName[]).entries()) {
    const [offset, count] = [good[header.length + 2 * section]!, good[header.length + 2 * section + 1]!]
    const stride = Math.max(1, Math.floor(count / tried))
    for (let i = 0; i < count; i += stride) {
      records[name].forEach((field, k) => visit(`${name}.${field}`, offset + i * records[name].length + k))
    }
  }
}

function isRefused(good: Int32Array, at: number, value: number): boolean {
  const broken = good.slice()
  broken[at] = value
  try {
    verify(broken)
    return false
  } catch {
    return true
  }
}

/** Where a record of a plan stands. */
function recordAt(good: Int32Array, name: RecordName, index: number): number {
  const section = header.length + 2 * Object.keys(records).indexOf(name)
  return good[section]! + index * records[name].length
}

/** Where a field of the first stage of a kind stands. */
function stageField(
  good: Int32Array,
  kind: (typeof stageKinds)[number],
  field: (typeof records.stage)[number],
): number {
  let at = recordAt(good, 'stage', 0)
  while (good[at] !== stageKinds.indexOf(kind)) at += records.stage.length
  return at + records.stage.indexOf(field)
}

/** For each field, whether a value in its place is refused: always, where the field has a meaning, or never. */
function refused(value: number): Record<'sometimes' | 'never', string[]> {
  const found = new Map<string, Set<boolean>>()
  for (const program of [
    onehot,
    embedded,
    turned,
    normed,
    masked,
    handed,
    ...lossy,
    ...attending.slice(0, 3),
  ]) {
    const good = words(program, 8)
    eachField(good, (name, at) => {
      const results = found.get(name) ?? new Set()
      found.set(name, results.add(isRefused(good, at, value)))
    })
  }
  const names = [...found]
  const those = (has: boolean, hasNot: boolean): string[] =>
    names.flatMap(([name, results]) =>
      results.has(true) === has && results.has(false) === hasNot ? [name] : [],
    )
  return { sometimes: those(true, true), never: those(false, true) }
}

describe('verify refuses', () => {
  it('a huge number in any field that counts something or says where it is', () => {
    expect(refused(2 ** 28)).toMatchInlineSnapshot(`
      {
        "never": [
          "header.arena",
          "operand.units",
          "product.accumulate",
          "instruction.k",
          "instruction.k2",
          "program.columnSums",
          "stage.units",
          "stage.k",
          "stage.stream",
          "stage.threshold",
          "stage.offset",
          "loop.direction",
          "loop.parallel",
        ],
        "sometimes": [
          "header.losses",
          "operand.timeStride",
          "operand.chunkStride",
          "operand.panelStride",
          "operand.unitStride",
          "product.segmentStride",
          "product.panelStride",
          "product.vectorStride",
          "product.fused",
          "group.panelStride",
          "group.vectors",
          "word.value",
          "stage.panels",
          "stage.groupFirst",
          "stage.groupCount",
          "stage.program",
          "stage.productFirst",
          "stage.productCount",
          "stage.a",
          "stage.b",
          "stage.d",
          "stage.listFirst",
          "stage.listCount",
          "stage.tokens",
          "stage.classes",
          "stage.table",
          "stage.stride",
          "stage.blocks",
          "stage.entries",
          "stage.lengths",
          "stage.memory",
          "copy.lastStep",
          "copy.add",
          "reduction.a",
          "reduction.d",
          "reduction.panels",
          "reduction.panelStride",
          "reduction.vectors",
          "reduction.lastVectors",
          "reduction.units",
          "reduction.entries",
          "reduction.stride",
          "reduction.blocks",
          "reduction.tokens",
          "reduction.classes",
          "reduction.source",
          "reduction.sourceStride",
          "pack.slots",
          "pack.units",
          "pack.k",
          "pack.innerPanels",
        ],
      }
    `)
  })

  it('a negative number in any such field', () => {
    expect(refused(-7)).toMatchInlineSnapshot(`
      {
        "never": [
          "group.bias",
          "instruction.k",
          "instruction.k2",
          "stage.k",
          "stage.threshold",
          "copy.a",
          "loop.direction",
        ],
        "sometimes": [
          "header.losses",
          "word.value",
          "stage.program",
          "stage.tokens",
          "stage.lengths",
        ],
      }
    `)
  })

  it('what is no plan, a plan of another version and a plan cut short', () => {
    const good = words(turned, 8)
    const broken = (at: number, value: number): Int32Array => good.map((word, i) => (i === at ? value : word))
    expect(() => verify(broken(header.indexOf('magic'), 1))).toThrow('a plan of this version')
    expect(() => verify(broken(header.indexOf('version'), 99))).toThrow('a plan of this version')
    expect(() => verify(good.slice(0, good.length - 1))).toThrow('lies inside the plan')
    expect(() => verify(good.slice(0, 5))).toThrow('lies inside the plan')
  })

  it('memories whose places do not stand whole, and more shares than there are classes', () => {
    const attends = words(attending[0]!, 8)
    const memory = attends[stageField(attends, 'mix', 'memory')]!
    for (const field of ['panelStride', 'units'] as const) {
      const at = recordAt(attends, 'operand', memory) + records.operand.indexOf(field)
      expect(isRefused(attends, at, attends[at]!)).toBe(false)
      expect(isRefused(attends, at, 2 * attends[at]!)).toBe(true)
    }
    const shares = words(
      lossProgram(lossCases['cross-entropy with weights, summed']!, { rows: 9, steps: 3 }),
      8,
    )
    const classes = stageField(shares, 'loss', 'entries')
    expect(isRefused(shares, classes, shares[classes]!)).toBe(false)
    expect(isRefused(shares, classes, shares[classes]! + 1)).toBe(true)
  })

  it('addresses that lie in the arena only just', () => {
    const good = words(turned, 8)
    const arena = header.indexOf('arena')
    expect(isRefused(good, arena, good[arena]!)).toBe(false)
    expect(isRefused(good, arena, good[arena]! - 200)).toBe(true)
  })
})
