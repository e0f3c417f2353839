import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { line, tiny, told } from './fixtures.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-tables-'))
  const days = (values: readonly string[]): string =>
    `day,v\n${values.map((value, i) => `2024-01-${String(i + 1).padStart(2, '0')},${value}\n`).join('')}`
  const rising = Array.from({ length: 12 }, (_, i) => String(i))
  const put = (at: number, value: string): readonly string[] =>
    rising.map((old, i) => (i === at ? value : old))
  const labelled = (rows: readonly string[]): string => `text,label\n${rows.join('\n')}\n`
  const vectors = (odd: string): string =>
    `${Array.from({ length: 12 }, (_, i) => `{"x":${i === 4 ? odd : `[[${i},1],[2,3]]`},"label":"${'ab'[i % 2]}"}`).join('\n')}\n`
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'ragged.csv': 'text,label\na,x\nb,y,z\n',
    'constant.csv': days(rising.map(() => '5')),
    'huge.csv': days(put(3, '-1e308')),
    'unparsable.csv': days(put(3, 'many')),
    'nan.csv': days(put(3, 'NaN')),
    'empty.csv': days(put(3, '')),
    'days.csv': days(rising),
    'late.csv': labelled(['a,x', 'b,y', 'c,x', 'd,y', 'e,x', 'f,y', 'g,x', 'h,z']),
    'mail.csv': labelled(['a,x', 'b,y', 'c,x', 'd,y', 'e,x', 'f,y', 'g,x', 'h,y']),
    'other.csv': labelled(['a,x', 'b,q']),
    'unread.csv': labelled(['a,x', ',y', 'c,x']),
    'late.txt': `${'a\tb\n'.repeat(7)}a\tz\n`,
    'sized.jsonl': vectors('[[1,2],[3,4]]'),
    'one.csv': labelled(['a,x', 'b,x', 'c,x']),
    'none.jsonl': vectors('[]'),
    'size.jsonl': vectors('[[1,2],[3,4,5]]'),
    'gap.jsonl': vectors('[[1,2],[3,null]]'),
    'mixed.csv': Uint8Array.from([
      ...new TextEncoder().encode('text,label\ncafé,x\n'),
      0x63,
      0xe9,
      0x2c,
      0x79,
      0x0a,
    ]),
    'tags.jsonl': `{"words":["a","b"],"tags":["X","Y"]}\n${'{"words":["a","b"],"tags":["X"]}\n'.repeat(9)}`,
    'words.conll': 'the DET\ncat\n',
    'text.txt': 'a text',
    'sources.txt': 'one\ntwo\nthree\n',
    'targets.txt': 'eins\nzwei\n',
    'gap.txt': 'eins\n\ndrei\n',
    'pairs.txt': 'one\teins\ntwo\n',
  }
  for (const [name, data] of Object.entries(files)) await writeFile(join(folder, name), data)
  await told(folder, 'train', './mail.csv', ...tiny, '--out', './mail')
  await told(folder, 'train', './sized.jsonl', ...tiny, '--out', './sized')
  await told(folder, 'train', './mail.csv', ...tiny, '--validation', '0', '--out', './all')
})
afterAll(() => rm(folder, { recursive: true }))

const train = (file: string, ...more: readonly string[]): readonly string[] => [
  'train',
  file,
  ...tiny,
  '--out',
  './run',
  ...more,
]
const short = ['--context', '2', '--horizon', '1']

test.each<readonly [string, readonly string[], string]>([
  [
    'a ragged row',
    train('./ragged.csv'),
    './ragged.csv, line 3: the row has 3 cells and the header 2; mend the row, or put cells that hold a separator into quotes.',
  ],
  [
    'a column that is not there',
    train('./mail.csv', '--target', 'kind'),
    './mail.csv has no column "kind"; it has text, label.',
  ],
  [
    'a constant column',
    train('./constant.csv', ...short),
    'The column "v" is 5 in every row of the training part, so it cannot be scaled; leave it out, or take the scaling none.',
  ],
  [
    'numbers too large to be scaled',
    train('./huge.csv', ...short),
    'The column "v" has -1e+308 in the training part, so large that its spread is not finite; mend it, or leave the column out.',
  ],
  [
    'a column that is no number',
    train('./unparsable.csv', '--task', 'forecast', '--target', 'v', ...short),
    './unparsable.csv, row 4 (line 5), column v: "many" is no number; mend it, or leave the column out.',
  ],
  [
    'NaN',
    train('./nan.csv', ...short),
    './nan.csv, row 4 (line 5), column v: the value is NaN; mend it, or say how missing values are filled: previous, zero, mean or linear.',
  ],
  [
    'a missing value',
    train('./empty.csv', ...short),
    './empty.csv, row 4 (line 5), column v: the cell is empty; fill it, or say how: previous, zero, mean or linear.',
  ],
  [
    'one class',
    train('./one.csv'),
    './one.csv, column label: all rows have the class "x"; give a column with two classes at least.',
  ],
  [
    'a class that only validation sees',
    train('./late.csv', '--split', 'tail'),
    'The class "z" (row 8) is only in the validation part, where nothing can have learned it; hold out by class (stratified), or leave it out.',
  ],
  [
    'a class that is not known',
    ['eval', './mail', './other.csv', '--runtime', 'reference'],
    './other.csv, row 2 (line 3), column label: the class "q" is not among the 2 that are known: x, y.',
  ],
  [
    'a character of a target that is not known',
    train('./late.txt', '--task', 'translate', '--split', 'tail'),
    'The character "z" (U+007A) at character 1 of ./late.txt, row 8, column target is not among the 1 characters that the model knows; leave it out, or train on a text that has it.',
  ],
  [
    'a target that is read',
    train('./mail.csv', '--input', 'label', '--target', 'label'),
    'The column "label" of ./mail.csv was asked for twice; name each column once, for one use.',
  ],
  [
    'another size than was trained on',
    ['predict', './sized', './size.jsonl', '--runtime', 'reference'],
    './size.jsonl, row 5 (line 5), column x: a vector has size 3, and 2 is needed; bring all to one size.',
  ],
  [
    'a sequence of length 0',
    train('./none.jsonl'),
    './none.jsonl, row 5 (line 5), column x: the sequence has length 0: there is nothing to read, and attention would look at an empty memory; leave the row out.',
  ],
  [
    'no text to attend to',
    train('./unread.csv', '--task', 'translate', '--input', 'text', '--target', 'label', '--validation', '0'),
    './unread.csv, row 2 (line 3), column text: the text is empty: there is nothing to read, and attention would look at an empty memory; leave the row out.',
  ],
  [
    'no vectors to attend to',
    train('./none.jsonl', '--task', 'caption', '--input', 'x', '--target', 'label'),
    './none.jsonl, row 5 (line 5), column x: the sequence has length 0: there is nothing to read, and attention would look at an empty memory; leave the row out.',
  ],
  [
    'a vector of another size',
    train('./size.jsonl'),
    './size.jsonl, row 5 (line 5), column x: a vector has size 3, and 2 is needed; bring all to one size.',
  ],
  [
    'a vector with a gap',
    train('./gap.jsonl'),
    './gap.jsonl, row 5 (line 5), column x: the cell is empty; fill it, or say how: previous, zero, mean or linear.',
  ],
  [
    'mixed encodings',
    train('./mixed.csv'),
    './mixed.csv is not valid UTF-8: byte 20 (0xe9) starts no character. Give its encoding, such as latin1.',
  ],
  [
    'a horizon longer than the data',
    train('./days.csv', '--context', '2', '--horizon', '11'),
    'The training part of ./days.csv (of 12 steps) has 1 steps, and a context of 2 with a horizon of 11 needs 13; take a shorter horizon, or a longer series.',
  ],
  [
    'other lengths of words and tags',
    train('./tags.jsonl', '--validation', '0'),
    './tags.jsonl, row 2 (line 2): the column tags has 1 steps and words has 2; give each step both.',
  ],
  [
    'a source without a target line',
    train('./sources.txt', '--task', 'translate', '--targets', './targets.txt'),
    './targets.txt, line 3: a source without a target line: there are 3 source lines and 2 target lines.',
  ],
  [
    'an empty target line',
    train('./sources.txt', '--task', 'translate', '--targets', './gap.txt'),
    './gap.txt, line 2: the target is empty; give a text, or leave the pair out.',
  ],
  [
    'a line without a target',
    train('./pairs.txt', '--task', 'translate'),
    './pairs.txt, line 2: there is no tab between source and target.',
  ],
  [
    'a word without a tag',
    train('./words.conll'),
    './words.conll, line 2: a word without a tag; write both, and an empty line behind a sentence.',
  ],
  [
    'a text where a table is needed',
    train('./text.txt', '--task', 'classify'),
    './text.txt has no ending that says what it is; give its format: csv, tsv, jsonl, parquet.',
  ],
  [
    'columns that leave doubt',
    train('./days.csv', '--target', 'day'),
    './days.csv: it is not clear what the task is; say it with --task, --target and --input. The columns: day (timestamp), v (number).',
  ],
  [
    'a table that the model cannot read',
    ['predict', './mail', './days.csv', '--runtime', 'reference'],
    './days.csv has no column "text"; it has day, v.',
  ],
])('a table is refused with %s', async (_what, args, message) => {
  expect(await told(folder, ...args)).toEqual(line(1, message))
})

test.each<readonly [string, readonly string[], string]>([
  [
    'predict without input',
    ['predict', './mail'],
    'predict needs what it is to answer: a table, --text TEXT, or - for lines of standard input.',
  ],
  [
    'a size of a vocabulary of characters',
    train('./mail.csv', '--task', 'caption', '--input', 'label', '--target', 'text', '--vocabulary', '9'),
    'Tokens of kind characters take no vocabulary size; leave it out, or take words or byte-pairs.',
  ],
  [
    'an option of another task',
    train('./mail.csv', '--horizon', '3'),
    '--horizon is for the task forecast, not for classify: leave it out.',
  ],
  [
    'what was held out, where nothing was',
    ['eval', './all', './mail.csv', '--held-out', '--runtime', 'reference'],
    '--held-out measures what training held out of a table; of this model nothing was held out of one: leave it out.',
  ],
  [
    'texts of a model that tells classes',
    ['sample', './mail', '--runtime', 'reference'],
    'sample writes texts of a class, or goes on with a text; this model answers what it reads: use predict.',
  ],
  [
    'a class for a model of a text',
    train('./mail.csv', '--init-from', './mail'),
    '--init-from is for texts; a task on a table starts anew, or goes on with --resume.',
  ],
])('a command line is refused with %s', async (_what, args, message) => {
  expect(await told(folder, ...args)).toEqual(line(2, message))
})

test('a run that goes on keeps all that was said of its task', async () => {
  const other =
    '--input label --tokens words --pool mean --split tail --bidirectional --decoder lstm --scaling minmax --context 3 --horizon 2'
  const { text } = await told(folder, 'train', '--resume', './mail', ...other.split(' '))
  for (const difference of [
    'input (text, now label)',
    'tokens (characters, now words)',
    'pool (last, now mean)',
    'split (random, now tail)',
    'bidirectional (false, now true)',
    'decoder (none, now lstm)',
    'scaling (none, now minmax)',
    'context (none, now 3)',
    'horizon (none, now 2)',
  ])
    expect(text).toContain(difference)
  const same = '--input text --tokens characters --pool last --split random'.split(' ')
  const again = await told(folder, 'train', '--resume', './mail', ...same, '--runtime', 'reference')
  expect(again.code).toBe(0)
  await told(folder, 'train', './days.csv', ...tiny, ...short, '--out', './days')
  const levels = '--levels 0.2,0.8 --calendar none --every 2 --missing zero --blank NA'.split(' ')
  const forecast = await told(folder, 'train', '--resume', './days', ...levels)
  for (const difference of [
    'levels (0.1, 0.5, 0.9, now 0.2, 0.8)',
    'calendar (weekday, yearday, now none)',
    'every (1, now 2)',
    'missing (none, now zero)',
    'blank (none, now NA)',
  ])
    expect(forecast.text).toContain(difference)
})
