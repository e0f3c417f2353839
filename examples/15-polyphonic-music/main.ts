import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cells, evaluate, sequenceModel } from 'sluice'
import { learn } from '../learn.ts'
import { lesson } from '../lesson.ts'
import { frameCopy, marginal } from './baselines.ts'
import { exampleOf, keys, readPieces } from './chorales.ts'
import { midiFile } from './midi.ts'
import { continued } from './compose.ts'

export default lesson({
  title: 'Polyphonic music: which keys sound next, and a piece as MIDI',
  reads: '.json',
  needs: 'a file of chorales in JSON',
  figures: {
    'lstm: negative log-likelihood, nats a frame': { most: 9 },
    'frame copy: negative log-likelihood, nats a frame': { least: 9 },
    'marginal: negative log-likelihood, nats a frame': { least: 10 },
    'lstm over frame copy': { most: 0.9 },
    'notes in a frame that was composed': { least: 2, most: 6 },
  },
  async run({ log, files: [path], seed = 1 }) {
    const { train, valid, test } = readPieces(path!)
    const net = sequenceModel({
      shape: 'synced',
      input: { vectors: keys },
      output: { bits: keys },
      layers: [cells.lstm(128)],
      dropout: 0.3,
      seed,
    })
    const data = { training: train.map(exampleOf), validation: valid.map(exampleOf) }
    const settings = {
      batch: 16,
      epochs: 40,
      learningRate: 0.005,
      schedule: 'cosine',
      clipNorm: 1,
      seed,
    } as const
    await learn(net, data, settings, log)

    const { loss } = await evaluate(net, test.map(exampleOf))
    const beginning = test[0]!.slice(0, 8)
    const piece = await continued(net, beginning, { frames: 64, temperature: 0.9, seed })
    const file = join(tmpdir(), 'sluice-chorale.mid')
    writeFileSync(file, midiFile(piece))
    log(`composed ${file}: 8 frames of a chorale, and 56 that follow`)
    const composed = piece.slice(beginning.length)
    const copied = frameCopy(train, test)
    return {
      'lstm: negative log-likelihood, nats a frame': loss,
      'frame copy: negative log-likelihood, nats a frame': copied,
      'marginal: negative log-likelihood, nats a frame': marginal(train, test),
      'lstm over frame copy': loss / copied,
      'notes in a frame that was composed': composed.flat().length / composed.length,
    }
  },
})
