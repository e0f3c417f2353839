import { cells, layer, predict, sequenceModel, write } from 'sluice'
import { accuracy, confusionMatrix, macroF1 } from 'sluice/measure'
import { learn } from '../learn.ts'
import { lesson } from '../lesson.ts'
import { type Name, byLastLetter, firstNames, genders, letters, read, spell } from './names.ts'

const settings = {
  batch: 32,
  learningRate: 0.005,
  schedule: 'cosine',
  clipNorm: 1,
} as const

export default lesson({
  title: 'Names to their class, and names made from a class',
  figures: {
    'lstm: accuracy on names it never saw': { least: 0.83 },
    'lstm: macro-F1': { least: 0.83 },
    'last letter alone: accuracy': { least: 0.7, most: 0.81 },
    'lstm over last letter': { least: 0.04 },
    'made names whose class is recognised': { least: 0.77 },
    'made names that are new': { least: 0.7 },
  },
  async run({ log, seed = 1 }) {
    const names = firstNames(seed)
    const [test, validation, training] = [names.slice(0, 1000), names.slice(1000, 1500), names.slice(1500)]

    log('names to their class')
    const reader = sequenceModel({
      shape: 'many-to-one',
      input: { tokens: letters.length },
      output: { classes: 2, names: genders },
      layers: [layer(cells.lstm(64), { direction: 'both' })],
      dropout: 0.4,
      seed,
    })
    const toClass = (list: typeof names) =>
      list.map(({ name, gender }) => ({ input: spell(name), target: gender }))
    const data = { training: toClass(training), validation: toClass(validation) }
    await learn(reader, data, { ...settings, epochs: 8, seed }, log)
    const classify = async (list: typeof names): Promise<readonly number[]> =>
      (
        await predict(
          reader,
          list.map(({ name }) => spell(name)),
        )
      ).map(({ classes }) => classes![0]!)
    const targets = test.map(({ gender }) => gender)
    const given = await classify(test)
    const lastLetter = accuracy(targets, test.map(byLastLetter(training)))

    log('names from their class')
    const writer = sequenceModel({
      shape: 'one-to-many',
      input: { tokens: genders.length },
      output: { classes: letters.length, names: letters },
      layers: [cells.lstm(96)],
      dropout: 0.2,
      seed,
    })
    const fromClass = (list: typeof names) =>
      list.map(({ name, gender }) => ({ input: gender, target: spell(name) }))
    const pairs = { training: fromClass(training), validation: fromClass(validation) }
    await learn(writer, pairs, { ...settings, epochs: 15, seed }, log)
    const conditions = Array.from({ length: 500 }, (_unused, i) => i % genders.length)
    const written = await write(writer, conditions, { temperature: 0.8, length: 20, seed })
    const made = written
      .map(({ tokens }, i): Name => ({ name: read(tokens), gender: conditions[i]! }))
      .filter(({ name }) => name !== '')
    genders.forEach((gender, number) => {
      const own = made.filter((each) => each.gender === number)
      log(
        `${gender}: ${own
          .slice(0, 12)
          .map(({ name }) => name)
          .join(' ')}`,
      )
    })
    const recognised = await classify(made)

    const known = new Set(names.map(({ name }) => name))
    return {
      'lstm: accuracy on names it never saw': accuracy(targets, given),
      'lstm: macro-F1': macroF1(confusionMatrix(targets, given, 2)),
      'last letter alone: accuracy': lastLetter,
      'lstm over last letter': accuracy(targets, given) - lastLetter,
      'made names whose class is recognised': accuracy(
        made.map(({ gender }) => gender),
        recognised,
      ),
      'made names that are new': made.filter(({ name }) => !known.has(name)).length / made.length,
    }
  },
})
