import type { Program } from '../../src/runtime/index.ts'
import type { Data } from '../plan/windows.ts'

/** The same rows in a longer window, with no numbers in the padding. */
export function padded(program: Program, data: Data, steps: number): { program: Program; data: Data } {
  const { graph, rows } = program
  const lengths = data.inputs.get('lengths')!
  const extents = new Map(
    [...graph.inputs, ...graph.outputs].map(({ name, node }) => [name, graph.nodes[node]!.type.extent]),
  )
  const inputs = [...data.inputs].map(([name, values]) => {
    if (extents.get(name.replace(/^d /, '')) !== 'step') return [name, values] as const
    const size = values.length / (rows * program.steps)
    const longer = Float64Array.from({ length: steps * rows * size }, (_unused, i) => {
      const [step, row] = [Math.floor(i / size / rows), Math.floor(i / size) % rows]
      return step < lengths[row]! ? values[i]! : Number.NaN
    })
    return [name, longer] as const
  })
  return { program: { ...program, steps }, data: { ...data, inputs: new Map(inputs) } }
}

/** Numbers as they are in float32, bit by bit. */
export const bitsOf = (values: ArrayLike<number>): Uint32Array =>
  new Uint32Array(Float32Array.from(values).buffer)
