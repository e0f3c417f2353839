import { cells, layer, predict, sequenceModel } from 'sluice'
import { rocArea } from 'sluice/measure'
import { learn } from '../learn.ts'
import { lesson } from '../lesson.ts'
import { type Mote, motes, windows } from './motes.ts'

/** Logarithms of the odds that a mote's readings are anomalous, from a network that learned from the others. */
async function judge(mote: Mote, others: readonly Mote[], seed: number, log: (line: string) => void) {
  const net = sequenceModel({
    shape: 'synced',
    input: { vectors: 2 },
    output: { classes: 2, names: ['normal', 'anomaly'] },
    layers: [layer(cells.lstm(16), { direction: 'both' })],
    dropout: 0.2,
    seed,
  })
  const settings = {
    batch: 20,
    epochs: 6,
    learningRate: 0.005,
    schedule: 'cosine',
    clipNorm: 1,
    seed,
  } as const
  await learn(net, windows(others), settings, log)
  const [answer] = await predict(net, [mote.changes])
  return Array.from(mote.labels, (_label, t) => answer!.output[2 * t + 1]! - answer!.output[2 * t]!)
}

/** How much a mote's readings have changed within three minutes. */
const sizesOfChange = ({ changes, labels }: Mote): readonly number[] =>
  Array.from(labels, (_label, t) => Math.hypot(changes[2 * t]!, changes[2 * t + 1]!))

/** Mean of some areas. */
const meanOf = (areas: readonly number[]): number => areas.reduce((sum, area) => sum + area, 0) / areas.length

export default lesson({
  title: 'Sensor anomalies: found in a mote that training never saw',
  figures: {
    'lstm: area under the curve': { least: 0.996 },
    'threshold on humidity: area': { least: 0.99, most: 0.997 },
    'threshold on the change: area': { least: 0.99, most: 0.997 },
    'lstm over the better threshold': { least: 0.001 },
  },
  async run({ log, seed = 1 }) {
    const all = await motes()
    const tested = all.filter(({ labels }) => labels.includes(1))
    const areas: number[] = []
    for (const mote of tested) {
      log(`mote ${mote.name}, by what the others show`)
      const odds = await judge(
        mote,
        all.filter((other) => other !== mote),
        seed,
        log,
      )
      areas.push(rocArea(mote.labels, odds))
    }
    const humidities = tested.map(({ labels, humidity }) => rocArea(labels, humidity))
    const changes = tested.map((mote) => rocArea(mote.labels, sizesOfChange(mote)))
    tested.forEach(({ name }, i) => {
      log(
        `mote ${name}: lstm ${areas[i]!.toFixed(4)}, humidity ${humidities[i]!.toFixed(4)}, change ${changes[i]!.toFixed(4)}`,
      )
    })
    const [lstm, humidity, change] = [areas, humidities, changes].map(meanOf) as [number, number, number]
    return {
      'lstm: area under the curve': lstm,
      'threshold on humidity: area': humidity,
      'threshold on the change: area': change,
      'lstm over the better threshold': lstm - Math.max(humidity, change),
    }
  },
})
