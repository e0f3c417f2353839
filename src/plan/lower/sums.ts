import { reductionKinds } from '../format.ts'
import { type Operand, blocksOf, isRows, unitsOf } from './arena.ts'
import type { Lowering } from './writer.ts'

/**
 * A sum over all rows and steps of a window, panel by panel: gradients of matrices (`weight`), of vectors (`columns`),
 * or of the rows that tokens name (`scatter`). See `reduction` in ../format.ts.
 */
export interface RowSum {
  readonly kind: 'weight' | 'columns' | 'scatter'
  /** First vector of the first panel. */
  readonly place: Operand
  readonly panels: number
  readonly panelStride: number
  readonly vectors: number
  readonly lastVectors: number
  readonly units: number
  /** Where the sums go, one for each slot. */
  readonly targets: readonly number[]
  /** Operand of a weight, and its entries. */
  readonly a?: number
  readonly entries?: number
  readonly stride?: number
  readonly tokens?: number
  readonly classes?: number
  /** Place of the lengths of rows; -1 where rows do not end. */
  readonly lengths: number
  /** 1 where both sides of a weight are rounded to bf16. */
  readonly pairs?: number
}

/** The panels in which a stored vector of `size` entries is summed: up to four of its blocks at a time. */
export function panelsOf(place: Operand, size: number, width: number) {
  const blocks = blocksOf(size, width)
  const units = isRows(place, width) ? unitsOf(blocks, 1) : place.units
  const panels = Math.ceil(blocks / units)
  return {
    place,
    panels,
    panelStride: isRows(place, width) ? units * width : place.panelStride,
    vectors: units,
    lastVectors: blocks - (panels - 1) * units,
    units,
  }
}

const mostVectors = 4

/** Whether the vectors of `b` follow those of `a` in every panel, so that one sum can take both. */
function follows(a: RowSum, b: RowSum, width: number): boolean {
  return (
    a.units === 1 &&
    b.units === 1 &&
    a.lengths === b.lengths &&
    a.panels === b.panels &&
    a.panelStride === b.panelStride &&
    a.place.rowStride === b.place.rowStride &&
    a.place.timeStride === b.place.timeStride &&
    a.place.base + a.vectors * width === b.place.base &&
    a.vectors + b.vectors <= mostVectors
  )
}

/** Sums of neighbouring vectors as one. */
function merged(sums: readonly RowSum[], width: number): readonly RowSum[] {
  const done: RowSum[] = []
  for (const sum of [...sums].sort((a, b) => a.place.base - b.place.base)) {
    const last = done.at(-1)
    if (!last || !follows(last, sum, width)) done.push(sum)
    else {
      const vectors = last.vectors + sum.vectors
      done[done.length - 1] = {
        ...last,
        vectors,
        lastVectors: vectors,
        targets: [...last.targets, ...sum.targets],
      }
    }
  }
  return done
}

/** Entries of the left sides that go together: packed for one pass they are a part of the second-level cache. */
const mostEntries = 1024

/** Whether two sums go through the same panels. */
function isBeside(a: RowSum, b: RowSum): boolean {
  return (
    a.lengths === b.lengths &&
    a.panels === b.panels &&
    a.units === b.units &&
    a.panelStride === b.panelStride &&
    a.place.rowStride === b.place.rowStride &&
    a.place.timeStride === b.place.timeStride &&
    Math.abs(a.place.base - b.place.base) < a.place.rowStride
  )
}

const entriesOf = (family: readonly RowSum[]): number =>
  family.reduce((total, { entries = 0 }) => total + entries, 0)

/** Sums that read the same panels, weights first: they go through them together. */
function families(sums: readonly RowSum[]): readonly (readonly RowSum[])[] {
  const found: RowSum[][] = []
  for (const sum of sums) {
    const family = found.find(
      (list) => isBeside(list[0]!, sum) && entriesOf(list) + (sum.entries ?? 0) <= mostEntries,
    )
    if (family) family.push(sum)
    else found.push([sum])
  }
  return found
}

/** Writes the records of sums: those of vectors side by side as one, those over the same panels one after the other. */
export function writeSums(lowering: Lowering, sums: readonly RowSum[]): void {
  const { width } = lowering.shape
  const weights = sums.filter(({ kind }) => kind === 'weight')
  const columns = merged(
    sums.filter(({ kind }) => kind === 'columns'),
    width,
  )
  const scatters = sums.filter(({ kind }) => kind === 'scatter')
  for (const family of families([...weights, ...columns, ...scatters])) {
    family.forEach((sum, index) => writeSum(lowering, sum, index === 0 ? family.length : 0))
  }
}

function writeSum(lowering: Lowering, sum: RowSum, together: number): void {
  const { kind, place, targets, ...fields } = sum
  const { first, count } = lowering.words(targets)
  lowering.records.add('reduction', {
    kind: reductionKinds.indexOf(kind),
    d: lowering.operand(place),
    together,
    ...fields,
    targetFirst: first,
    targetCount: count,
  })
}
