import { lesson } from '../lesson.ts'
import { captionImages } from './caption.ts'
import { readRows } from './rows.ts'

export default lesson({
  title: 'Digits: images read row by row, and told in words',
  figures: {
    'rows: accuracy on digits it never saw': { least: 0.97 },
    'rows: nearest mean image, accuracy': { least: 0.7, most: 0.9 },
    'caption: exact match': { least: 0.85 },
    'caption: letter error rate': { most: 0.05 },
    'caption: attention on the digit whose name begins': { least: 0.9 },
  },
  async run({ log, seed = 1 }) {
    const rows = await readRows(seed, log)
    const captions = await captionImages(seed, log)
    return {
      'rows: accuracy on digits it never saw': rows.lstm,
      'rows: nearest mean image, accuracy': rows.nearestMean,
      'caption: exact match': captions.exact,
      'caption: letter error rate': captions.letterErrors,
      'caption: attention on the digit whose name begins': captions.onDigit,
    }
  },
})
