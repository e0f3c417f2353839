import { SluiceError, Unsupported } from '../core/errors.ts'
import type { CtcLossAttributes, Node, Type } from '../graph/index.ts'
import { entries } from '../graph/value.ts'
import { slotsOf } from './slots.ts'
import type { Machine, Precision, Program, Run } from './types.ts'

/** Makes sure that a program's numbers and names make sense. @throws SluiceError `program-shape` or `program-name` */
export function checkProgram({ graph, rows, steps, gradient, keepEvery = 1 }: Program): void {
  const whole = (name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void => {
    if (!Number.isInteger(value) || value < least || value > most)
      throw new SluiceError('program-shape', { name, value, least })
  }
  whole('rows', rows, 1)
  whole('steps', steps, 1)
  whole('keepEvery', keepEvery, 1)
  whole('slots', gradient?.slots ?? 0, 0, 3)
  for (const name of gradient?.frozen ?? []) {
    if (!graph.parameters.some((port) => port.name === name))
      throw new SluiceError('program-name/parameter', { name })
  }
}

/** Makes sure that a runtime has the precision that a program asks for. @throws Unsupported `unsupported/precision` */
export function checkPrecision(
  { precision = 'float32' }: Program,
  precisions: readonly Precision[],
  { runtime, isa }: Machine,
): void {
  if (!precisions.includes(precision))
    throw new Unsupported('unsupported/precision', { precision, runtime, isa })
}

/**
 * Makes sure that what is written to an input fits: whole steps, no more than the longest window, and tokens below the
 * number of classes that read them (negative ones stand for none). A number for each row is its length, or that of its
 * labels.
 * @throws SluiceError `program-size`, `program-token` or `program-length`
 */
export function checkWrite({ graph, rows, steps }: Program, name: string, data: ArrayLike<number>): void {
  const { extent, size, check } = writableOf(graph, name)
  const each = rows * size
  const most = extent === 'step' ? steps * each : each
  if (data.length > most || data.length % each !== 0 || data.length === 0)
    throw new SluiceError('program-size/entries', { name, most, count: data.length })
  check?.(data, steps)
}

/** What can be written to a name. */
interface Writable {
  readonly extent: Type['extent']
  /** Numbers at a step and row. */
  readonly size: number
  /** Makes sure of each number, where not all will do. */
  readonly check?: (data: ArrayLike<number>, steps: number) => void
}

/** Found once for each graph, since short windows take less time than it does. */
const writables = new WeakMap<Program['graph'], Map<string, Writable>>()

function writableOf(graph: Program['graph'], name: string): Writable {
  const known = writables.get(graph) ?? new Map<string, Writable>()
  writables.set(graph, known)
  const found = known.get(name) ?? findWritable(graph, name)
  known.set(name, found)
  return found
}

function findWritable(graph: Program['graph'], name: string): Writable {
  const input = graph.inputs.find((port) => port.name === name)
  const port = input ?? graph.outputs.find((output) => `d ${output.name}` === name)!
  const { extent, shape } = graph.nodes[port.node]!.type
  const check = input && findCheck(graph, input, { extent, shape })
  return { extent, size: entries(shape), ...(check && { check }) }
}

function findCheck(
  graph: Program['graph'],
  { name, node }: { readonly name: string; readonly node: number },
  { extent, shape }: Pick<Type, 'extent' | 'shape'>,
): Writable['check'] {
  const ctc = graph.nodes.find(({ op, inputs }) => op === 'ctc_loss' && inputs.slice(1).includes(node))
  if (ctc?.inputs[1] === node) return (data) => checkLabels(name, data, graph, ctc)
  if (shape.length > 0) return undefined
  if (extent === 'step') {
    const limit = leastClasses(graph, node)
    return (data) => checkTokens(name, data, limit)
  }
  if (ctc?.inputs[3] !== node) return (data, steps) => checkLengths(name, data, steps)
  const most = graph.nodes[ctc.inputs[1]!]!.type.shape[0]!
  return (data) => checkCounts(name, data, most)
}

/** Labels of `ctc_loss`: classes other than the blank, and -1 where there are no more. */
function checkLabels(name: string, data: ArrayLike<number>, { nodes }: Program['graph'], ctc: Node): void {
  const { blank = 0 } = ctc.attributes as CtcLossAttributes
  checkTokens(name, data, nodes[ctc.inputs[0]!]!.type.shape[0]!)
  for (let i = 0; i < data.length; i++)
    if (data[i] === blank) throw new SluiceError('program-token/blank', { name, token: blank })
}

/** Numbers of labels. */
function checkCounts(name: string, data: ArrayLike<number>, most: number): void {
  for (let i = 0; i < data.length; i++) {
    const count = data[i]!
    if (!Number.isInteger(count) || count < 0 || count > most)
      throw new SluiceError('program-length/labels', { name, count, most })
  }
}

function checkLengths(name: string, data: ArrayLike<number>, most: number): void {
  for (let i = 0; i < data.length; i++) {
    const length = data[i]!
    if (!Number.isInteger(length) || length < 0 || length > most)
      throw new SluiceError('program-length/value', { name, length, most })
  }
}

function checkTokens(name: string, data: ArrayLike<number>, limit: number): void {
  for (let i = 0; i < data.length; i++) {
    const token = data[i]!
    if (!Number.isInteger(token)) throw new SluiceError('program-token/whole', { name, token })
    if (token >= limit) throw new SluiceError('program-token/class', { name, token, limit })
  }
}

/** The least number of classes that anything reads tokens as. */
function leastClasses(graph: Program['graph'], tokens: number): number {
  const limits = graph.nodes.map(({ op, inputs, attributes }, node) => {
    if (op === 'onehot' && inputs[0] === tokens) return attributes.classes as number
    if (op === 'reverse' && inputs[0] === tokens) return leastClasses(graph, node)
    if (op === 'gather' && inputs[1] === tokens) return graph.nodes[inputs[0]!]!.type.shape[0]!
    if (op === 'cross_entropy' && inputs[1] === tokens) return graph.nodes[inputs[0]!]!.type.shape[0]!
    return Infinity
  })
  return Math.min(Infinity, ...limits)
}

/**
 * Makes sure that what was written to the inputs lasts for a window, and lengths were written at all.
 * @throws SluiceError `program-size` or `program-length`
 */
export function checkWritten(
  { graph, rows }: Program,
  written: ReadonlyMap<string, number>,
  { steps, mode }: Run,
): void {
  if (mode === 'update') return
  for (const { name, node } of graph.inputs) {
    const { extent, shape } = graph.nodes[node]!.type
    const count = written.get(name)
    if (extent === 'row' && shape.length === 0 && count === undefined)
      throw new SluiceError('program-length/missing', { name })
    if (extent !== 'step' || count === undefined || count >= steps * rows * entries(shape)) continue
    throw new SluiceError('program-size/short', { name, written: count / (rows * entries(shape)), steps })
  }
}

/** Makes sure that a program can do a call. @throws SluiceError `program-run` */
export function checkRun({ gradient, steps: longest }: Program, { mode, steps, update }: Run): void {
  if (mode !== 'update' && !(Number.isInteger(steps) && steps >= 1 && steps <= longest))
    throw new SluiceError('program-run/steps', { longest, steps })
  if (mode === 'forward') return
  if (!gradient) throw new SluiceError('program-run/gradient')
  if (mode === 'update' && !update) throw new SluiceError('program-run/update')
  const needed = update ? slotsOf(update) : 0
  if (update && needed > gradient.slots)
    throw new SluiceError('program-run/slots', { rule: update.rule, needed, slots: gradient.slots })
}
