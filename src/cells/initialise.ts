import { SluiceError } from '../core/errors.ts'
import { Stream } from '../core/random.ts'
import type { StepGraph } from '../graph/index.ts'
import { type Block, parameterRoles } from './roles.ts'

/**
 * How a parameter starts. A number fills it. `glorot` is uniform with variance 2 / (rows + columns) (Glorot and
 * Bengio 2010). `uniform` is U(-1/sqrt(n), 1/sqrt(n)) for n units of state, `unit` is U(0, 1). `orthogonal` has
 * orthonormal rows or columns, whichever are fewer (Saxe, McClelland and Ganguli 2014). `identity` has ones on the
 * diagonal (Le, Jaitly and Hinton 2015).
 */
export type Init = number | 'zeros' | 'ones' | 'identity' | 'glorot' | 'uniform' | 'unit' | 'orthogonal'

/** Initialisations by the names of parameters; `*` stands for all parameters that are not named. */
export type InitSpec = Readonly<Record<string, Init>>

/**
 * Starting values of a cell's parameters, row-major `[rows][columns]` as the equations have them. The same for the
 * same seed and stream (a layer's number) on every machine.
 *
 * Without an entry in `init`, a matrix starts block of columns by block of columns, as its operand is made: what acts
 * on anything from the previous step is orthogonal, so that signals and gradients keep their size over many steps;
 * what acts on the input alone is `glorot`. A vector that is added is zero, the gain of a norm is one, and a vector
 * that otherwise multiplies (a peephole, a diagonal recurrence) is `uniform`.
 */
export function initialise(
  graph: StepGraph,
  init: InitSpec,
  seed: number,
  stream = 0,
): Map<string, Float32Array> {
  const roles = parameterRoles(graph)
  const units = graph.states[0] ? graph.nodes[graph.states[0].previous]!.type.shape[0]! : undefined
  return new Map(
    graph.parameters.map(({ name, node }, index) => {
      const [rows, columns = 1] = graph.nodes[node]!.type.shape as [number, number?]
      const given = Object.hasOwn(init, name) ? init[name] : init['*']
      const blocks = given === undefined ? roles.get(node)! : [{ init: given, columns }]
      return [name, matrix(rows, columns, blocks, units ?? rows, new Stream(seed, stream, index))]
    }),
  )
}

/** Checks the names and kinds of an init specification for a cell with these parameters. */
export function checkInit(cell: string, init: InitSpec, parameters: readonly string[]): void {
  for (const [name, value] of Object.entries(init)) {
    if (name !== '*' && !parameters.includes(name)) {
      throw new SluiceError('cell-init/unknown', { cell, name, parameters: parameters.join(', ') })
    }
    if (typeof value === 'number' ? !Number.isFinite(value) : !Object.hasOwn(fills, value)) {
      const words = Object.keys(fills).join(', ')
      throw new SluiceError('cell-init/value', { cell, name, words, value: String(value) })
    }
  }
}

interface Shape {
  readonly rows: number
  readonly columns: number
  /** Units of state of the cell. */
  readonly units: number
}

/** Values of one block, asked for row after row. */
type Fill = (shape: Shape, stream: Stream) => (row: number, column: number) => number

const fills: Readonly<Record<Exclude<Init, number>, Fill>> = {
  zeros: () => () => 0,
  ones: () => () => 1,
  identity: () => (row, column) => Number(row === column),
  glorot: (shape, stream) => uniform(stream, Math.sqrt(6 / (shape.rows + shape.columns))),
  uniform: (shape, stream) => uniform(stream, 1 / Math.sqrt(shape.units)),
  unit: (_shape, stream) => () => stream.uniform(),
  orthogonal,
}

/** The initialisations that have a name. */
export const initNames = Object.keys(fills) as readonly Exclude<Init, number>[]

function uniform(stream: Stream, bound: number): () => number {
  return () => (2 * stream.uniform() - 1) * bound
}

function matrix(
  rows: number,
  columns: number,
  blocks: readonly Block[],
  units: number,
  stream: Stream,
): Float32Array {
  const whole = new Float32Array(rows * columns)
  let offset = 0
  for (const { init, columns: width } of blocks) {
    const valueAt =
      typeof init === 'number' ? () => init : fills[init]({ rows, columns: width, units }, stream)
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < width; column++)
        whole[row * columns + offset + column] = valueAt(row, column)
    }
    offset += width
  }
  return whole
}

/** A random matrix, uniform among those with orthonormal rows or columns: Gram and Schmidt on normal vectors. */
function orthogonal({ rows, columns }: Shape, stream: Stream): (row: number, column: number) => number {
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)]
  const vectors = Array.from({ length: count }, () => normals(length, stream))
  for (const [index, vector] of vectors.entries()) {
    normalise(vector)
    for (let later = index + 1; later < count; later++) removeFrom(vectors[later]!, vector)
  }
  return (row, column) => (rows <= columns ? vectors[row]![column]! : vectors[column]![row]!)
}

function normals(length: number, stream: Stream): Float64Array {
  const vector = new Float64Array(length)
  for (let i = 0; i < length; i++) vector[i] = stream.normal()
  return vector
}

function normalise(vector: Float64Array): void {
  const norm = Math.sqrt(dot(vector, vector))
  for (let i = 0; i < vector.length; i++) vector[i]! /= norm
}

/** Takes the part along a unit vector away. */
function removeFrom(vector: Float64Array, unit: Float64Array): void {
  const along = dot(vector, unit)
  for (let i = 0; i < vector.length; i++) vector[i]! -= along * unit[i]!
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
