import { cells, predict, sequenceModel } from 'sluice'
import { learn } from '../learn.ts'
import { lesson } from '../lesson.ts'
import { displacementErrors, horizon, inputSize, windows } from './windows.ts'

export default lesson({
  title: 'Trajectories: where people will be in two seconds',
  figures: {
    'lstm: mean displacement error, metres': { most: 0.35 },
    'constant velocity: mean displacement error, metres': { least: 0.5 },
    'lstm over constant velocity: mean displacement error': { most: 0.6 },
    'lstm over constant velocity: displacement error after 2 s': { most: 0.6 },
  },
  async run({ log, seed = 1 }) {
    const [training, validation, test] = [
      windows(seed, 200),
      windows(seed + 1000, 20),
      windows(seed + 2000, 40),
    ]
    const net = sequenceModel({
      shape: 'many-to-one',
      input: { vectors: inputSize },
      output: { values: 2 * horizon, loss: 'absolute' },
      layers: [cells.lstm(48)],
      seed,
    })
    const settings = { batch: 50, epochs: 10, learningRate: 0.005, schedule: 'cosine', seed } as const
    await learn(net, { training, validation }, settings, log)

    const targets = test.map(({ target }) => target)
    const answers = await predict(
      net,
      test.map(({ input }) => input),
    )
    const lstm = displacementErrors(
      targets,
      answers.map(({ output }) => output),
    )
    const straight = test.map(({ input }) =>
      Array.from({ length: horizon }, () => input.at(-1)!.slice(0, 2)).flat(),
    )
    const constant = displacementErrors(targets, straight)
    log(`mean, and after 2 s: lstm ${lstm.mean.toFixed(3)}, ${lstm.final.toFixed(3)} m`)
    log(`constant velocity ${constant.mean.toFixed(3)}, ${constant.final.toFixed(3)} m`)
    return {
      'lstm: mean displacement error, metres': lstm.mean,
      'constant velocity: mean displacement error, metres': constant.mean,
      'lstm over constant velocity: mean displacement error': lstm.mean / constant.mean,
      'lstm over constant velocity: displacement error after 2 s': lstm.final / constant.final,
    }
  },
})
