import type { Program } from '../runtime/index.ts'
import { type LayerName, findLayer, knownNames, unitsOf, usualLayers } from './find.ts'
import { gatesOf } from './gates.ts'
import type { NamedScan } from './scans.ts'
import type { TracedLayer } from './traced.ts'
import { changeSteps, onlyOutputs } from './window-change.ts'

/** What a layer's trace reads: each name and the output of the window that has it. */
export interface Reading {
  readonly scan: NamedScan
  readonly values: readonly { readonly name: string; readonly node: number; readonly output: string }[]
}

/** What is read of the layers of a model. @throws SluiceError `inspect-layer` or `inspect-name` */
export function readingsOf(
  all: readonly NamedScan[],
  { names, layers }: { readonly names?: readonly string[]; readonly layers?: readonly LayerName[] },
): readonly Reading[] {
  const scans = layers ? layers.map((layer) => findLayer(all, layer)) : usualLayers(all)
  const wanted = names && knownNames(scans, names)
  return scans.map((scan) => {
    const traces = scan.step.traces.filter(({ name }) => !wanted || wanted.has(name))
    return {
      scan,
      values: traces.map((port) => ({ ...port, output: `${scan.name}.${traceName(port.name)}` })),
    }
  })
}

/** The name of the output of a step that shows a value; states have inputs that bear its name alone. */
function traceName(name: string): string {
  return `${name} at each step`
}

/** Outputs of the window that are read. */
export function outputsOf(readings: readonly Reading[]): ReadonlySet<string> {
  return new Set(readings.flatMap(({ values }) => values.map(({ output }) => output)))
}

/** A program with the wanted values as its only outputs, beside the states that they need. */
export function observing(program: Program, readings: readonly Reading[]): Program {
  const outputs = outputsOf(readings)
  const wanted = new Map(readings.map(({ scan, values }) => [scan.name, values]))
  const graph = changeSteps(program.graph, ({ name, step }) => {
    const values = wanted.get(name)
    return values && { ...step, outputs: [...step.outputs, ...values.map(shown)] }
  })
  return { ...program, ...onlyOutputs({ graph, states: program.states }, (name) => outputs.has(name)) }
}

function shown({ name, node }: { readonly name: string; readonly node: number }) {
  return { name: traceName(name), node }
}

/** The values of a layer, as a program gave them that observes it. */
export function readLayer<Name extends string>(
  { scan, values }: Reading,
  output: (name: string) => ArrayLike<number>,
): TracedLayer<Name> {
  const { name: layer, step } = scan
  const read = values.map(({ name, node, output: from }) => {
    const value = { layer, name, units: unitsOf(scan, node), data: numbersOf(output(from)) }
    return [name, value] as const
  })
  return {
    name: layer,
    cell: step.name,
    states: step.states.map(({ name }) => name),
    gates: gatesOf(step),
    values: Object.fromEntries(read) as TracedLayer<Name>['values'],
  }
}

/** What was read, in single precision. */
function numbersOf(read: ArrayLike<number>): Float32Array {
  return read instanceof Float32Array ? read : Float32Array.from(read)
}
