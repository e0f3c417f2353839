import { type Decoded, type SequenceModel, cells, decode, layer, sequenceModel } from 'sluice'
import { characterErrorRate, exactMatch } from 'sluice/measure'
import { drawHeatMap, heatMapLines } from '../heat-map.ts'
import { learn } from '../learn.ts'
import { lesson } from '../lesson.ts'
import { type DatePair, type Part, dates } from './dates.ts'

const letters = [...new Set(dates(1, 2000).flatMap(({ words }) => [...words]))].toSorted()
const signs = [...'0123456789-']

const tokens = (text: string, symbols: readonly string[]): readonly number[] =>
  Array.from(text, (symbol) => symbols.indexOf(symbol))

const example = ({ words, iso }: DatePair) => ({ input: tokens(words, letters), target: tokens(iso, signs) })

/** A model that reads letters both ways and writes signs, with or without attention to what it read. */
function translator(seed: number, attends: boolean): SequenceModel {
  return sequenceModel({
    shape: 'many-to-many',
    input: { tokens: letters.length, embedding: 16 },
    output: { classes: signs.length, embedding: 16 },
    encoder: [layer(cells.gru(32), { direction: 'both' })],
    layers: [attends ? cells.luong_lstm(64) : cells.gru(64)],
    seed,
  })
}

const written = ({ tokens: own }: Decoded): string => own.map((sign) => signs[sign]).join('')

/** What each sign of an ISO date tells; hyphens tell nothing. */
const told: readonly (Part | undefined)[] = [
  ...Array<Part>(4).fill('year'),
  undefined,
  ...Array<Part>(2).fill('month'),
  undefined,
  ...Array<Part>(2).fill('day'),
]

/** The weight that a sign gave, on average, to the characters that tell the same part. */
function shareOnPart(pairs: readonly DatePair[], found: readonly Decoded[]): number {
  const shares = pairs.flatMap(({ parts }, i) =>
    told.flatMap((part, sign) => {
      const weights = found[i]!.attention[0]!.weights[sign]
      if (part === undefined || !weights) return []
      return [parts.reduce((sum, own, place) => sum + (own === part ? weights[place]! : 0), 0)]
    }),
  )
  return shares.reduce((sum, share) => sum + share, 0) / shares.length
}

export default lesson({
  title: 'Dates in words to dates that machines read, and where the model looks',
  figures: {
    'exact match': { least: 0.99 },
    'exact match with a beam of 4': { least: 0.99 },
    'character error rate': { most: 0.003 },
    'attention on the part that is written': { least: 0.7 },
    'exact match without attention': { most: 0.5 },
  },
  async run({ log, seed = 1 }) {
    const all = dates(seed, 11_500)
    const [training, validation, test] = [all.slice(0, 10_000), all.slice(10_000, 10_500), all.slice(10_500)]
    const data = { training: training.map(example), validation: validation.map(example) }
    const settings = {
      batch: 50,
      epochs: 3,
      learningRate: 0.01,
      schedule: 'cosine',
      clipNorm: 1,
      seed,
    } as const
    const inputs = test.map((pair) => example(pair).input)
    const right = test.map(({ iso }) => iso)

    const net = translator(seed, true)
    await learn(net, data, settings, log)
    const found = await decode(net, inputs, { length: 12 })
    const searched = await decode(net, inputs, { length: 12, beam: 4 })
    for (const [i, way] of [' of ', ','].entries()) {
      const shown = test.findIndex(({ words }) => words.includes(way))
      const { weights } = found[shown]!.attention[0]!
      const map = { rows: [...written(found[shown]!), '.'], columns: [...test[shown]!.words], weights }
      for (const line of heatMapLines(map)) log(line)
      drawHeatMap(`runs/07-dates-${i + 1}.svg`, map)
    }

    log('without attention:')
    const plain = translator(seed, false)
    await learn(plain, data, settings, log)
    return {
      'exact match': exactMatch(right, found.map(written)),
      'exact match with a beam of 4': exactMatch(right, searched.map(written)),
      'character error rate': characterErrorRate(right, found.map(written)),
      'attention on the part that is written': shareOnPart(test, found),
      'exact match without attention': exactMatch(
        right,
        (await decode(plain, inputs, { length: 12 })).map(written),
      ),
    }
  },
})
