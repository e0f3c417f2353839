import { cells } from '../../src/cells/index.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { model } from '../../src/model/index.ts'
import type { Precision, Runtime, UpdateSettings } from '../../src/runtime/index.ts'
import { plainAdam } from './settings.ts'

const adam: UpdateSettings = {
  ...plainAdam,
  weightDecay: 0.01,
  clipNorm: 0.5,
  clipValue: 0.4,
}

/** Training on a few windows: all that it leaves, as bits. */
export async function trained(runtime: Runtime, precision?: Precision): Promise<Uint32Array[]> {
  const input = Vocabulary.of('abcdefghijklmnopqrstuvwxyz')
  const net = model({
    input,
    layers: [cells.lstm(37), cells.gru_reset_before(20)],
    dropout: 0.4,
    embedding: 9,
  })
  const program = net.program({ rows: 21, steps: 5, training: true, slots: 2 })
  const executable = await runtime.compile({ ...program, ...(precision && { precision }) })
  for (const [name, { data }] of net.parameters) executable.writeParameter(name, data)
  const losses: number[] = []
  for (let count = 1; count <= 3; count++) {
    const tokens = Array.from({ length: 105 }, (_unused, i) => (i * i + count) % 26)
    executable.write('tokens', tokens)
    executable.write(
      'targets',
      tokens.map((token) => (token * 3) % 26),
    )
    const call = {
      steps: 5,
      mode: 'gradients',
      carry: count > 1,
      training: true,
      seed: 7,
      counter: count,
    } as const
    const { loss, gradientNorm } = await executable.run({ ...call, update: { ...adam, count } })
    losses.push(loss, gradientNorm)
  }
  const parameters = [...net.parameters.keys()]
  const left = (['value', 'gradient', 'slot0', 'slot1'] as const).flatMap((buffer) =>
    parameters.map((name) => executable.readParameter(name, buffer)),
  )
  executable.dispose()
  return [Float64Array.from(losses), ...left].map(bits)
}

/** The bits of some numbers. */
export function bits(data: Float32Array | Float64Array): Uint32Array {
  return new Uint32Array(data.slice().buffer)
}
