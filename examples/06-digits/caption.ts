import { type Decoded, cells, decode, dense, sequenceModel } from 'sluice'
import { Stream } from 'sluice/data'
import { characterErrorRate, exactMatch } from 'sluice/measure'
import { learn } from '../learn.ts'
import { drawCaption, paint } from './draw-caption.ts'
import { type Digit, digits, otherwise } from './digits.ts'
import { type PairImage, pairImages } from './pairs.ts'

const letters = [...' abcdefghijklmnopqrstuvwxyz']

const example = ({ regions, caption }: PairImage) => ({
  input: regions,
  target: Array.from(caption, (letter) => letters.indexOf(letter)),
})

const said = ({ tokens }: Decoded): string => tokens.map((token) => letters[token]).join('')

/** Digits as others might have written them, three of each. */
function moved(all: readonly Digit[], random: Stream): readonly Digit[] {
  const near = (pixels: number): number => random.below(2 * pixels + 1) - pixels
  return all.flatMap((digit) =>
    [0, 1, 2].map(() => otherwise(digit, { right: near(1), down: near(1), lean: near(3) })),
  )
}

/** What a network that writes about images letter by letter reaches, and where it looks meanwhile. */
export async function captionImages(
  seed: number,
  log: (line: string) => void,
): Promise<Record<'exact' | 'letterErrors' | 'onDigit', number>> {
  const all = digits(seed)
  const random = new Stream(seed, 66)
  const [training, validation, test] = [
    pairImages(moved(all.slice(0, 8000), random), 20_000, random),
    pairImages(all.slice(8000, 8500), 300, random),
    pairImages(all.slice(8500), 1000, random),
  ]
  const net = sequenceModel({
    shape: 'many-to-many',
    input: { vectors: training[0]!.regions[0]!.length },
    output: { classes: letters.length, embedding: 16 },
    encoder: [dense(128, 'relu'), dense(64, 'tanh')],
    layers: [cells.luong_lstm(96)],
    dropout: 0.05,
    seed,
  })
  const data = { training: training.map(example), validation: validation.map(example) }
  const settings = {
    batch: 50,
    epochs: 5,
    learningRate: 0.004,
    schedule: 'cosine',
    clipNorm: 1,
    seed,
  } as const
  await learn(net, data, settings, log)
  const found = await decode(
    net,
    test.map(({ regions }) => regions),
    { length: 20 },
  )
  test.slice(0, 2).forEach((image, i) => {
    const weights = found[i]!.attention[0]!.weights
    log(`${said(found[i]!)} (${image.caption})`)
    for (const line of paint(image, said(found[i]!), weights)) log(line)
    drawCaption(`runs/06-caption-${i + 1}.svg`, image, said(found[i]!), weights)
  })
  const right = test.map(({ caption }) => caption)
  return {
    exact: exactMatch(right, found.map(said)),
    letterErrors: characterErrorRate(right, found.map(said)),
    onDigit: onDigit(test, found),
  }
}

/** How much of the attention was on the region that holds a digit whole when its name began. */
function onDigit(images: readonly PairImage[], found: readonly Decoded[]): number {
  const shares = images.flatMap(({ places }, i) => {
    const text = said(found[i]!)
    const weights = found[i]!.attention[0]!.weights
    const begins = [0, text.lastIndexOf(' ') + 1]
    return places.map((place, digit) => weights[begins[digit]!]![place]!)
  })
  return shares.reduce((sum, share) => sum + share, 0) / shares.length
}
