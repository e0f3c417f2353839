import type { LayerCell } from 'sluice'
import { stackWindow } from 'sluice/model'
import { reference } from 'sluice/runtime'

const [inputs, steps, rows] = [3, 6, 2]

/**
 * The largest difference between the gradient of a cell's outputs that Sluice makes of its equations, and one from central
 * differences, relative to the largest gradient: of every weight, over six steps, in double precision.
 */
export async function gradientError(cell: LayerCell): Promise<number> {
  const { graph, parameters, size } = stackWindow({ input: { size: inputs }, layers: [cell] })
  const gradient = { of: ['y'], inputs: [], slots: 0 }
  const executable = await reference.compile({ graph, states: [], rows, steps, gradient })
  const weigh = pseudo(steps * rows * size)
  executable.write('x', pseudo(steps * rows * inputs))
  executable.write('d y', weigh)
  for (const [name, { data }] of parameters) executable.writeParameter(name, data)
  await executable.run({ steps, mode: 'gradients' })
  const derived = new Map(
    [...parameters.keys()].map((name) => [name, [...executable.readParameter(name, 'gradient')]]),
  )

  const sumWith = async (name: string, values: ArrayLike<number>): Promise<number> => {
    executable.writeParameter(name, values)
    await executable.run({ steps, mode: 'forward' })
    return Array.from(executable.read('y')).reduce((sum, y, at) => sum + y * weigh[at]!, 0)
  }
  const step = 1e-5
  let worst = 0
  for (const [name, { data }] of parameters) {
    for (let at = 0; at < data.length; at++) {
      const moved = (by: number): Float64Array =>
        Float64Array.from(data).map((w, i) => (i === at ? w + by : w))
      const difference = (await sumWith(name, moved(step))) - (await sumWith(name, moved(-step)))
      worst = Math.max(worst, Math.abs(difference / (2 * step) - derived.get(name)![at]!))
    }
    executable.writeParameter(name, data)
  }
  executable.dispose()
  return worst / Math.max(...[...derived.values()].flat().map(Math.abs))
}

/** Numbers that look like chance and are the same everywhere. */
function pseudo(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_unused, i) => Math.sin(12.9898 * (i + 1)))
}
