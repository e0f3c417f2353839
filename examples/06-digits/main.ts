import { lesson } from '../lesson.ts'
import { readRows } from './rows.ts'

export default lesson({
  title: 'Digits: an image read row by row',
  figures: {
    'rows: accuracy on digits it never saw': { least: 0.97 },
    'rows: nearest mean image, accuracy': { least: 0.7, most: 0.9 },
  },
  async run({ log, seed = 1 }) {
    const rows = await readRows(seed, log)
    return {
      'rows: accuracy on digits it never saw': rows.lstm,
      'rows: nearest mean image, accuracy': rows.nearestMean,
    }
  },
})
