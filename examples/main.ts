import { parseArgs } from 'node:util'
import { type LessonFolder, lessonFolders, openLesson } from './folders.ts'
import { boundsText, holds } from './lesson.ts'

const usage = `npm run lessons -- [NUMBERS] [options]

Runs the lessons (all, or those named: 2,7) and prints one table of their figures. Exits 1 if one is not met.
  --file PATH   a file for a lesson that reads one, such as chorales in JSON for lesson 15; may be repeated
  --seed N      another seed of data and weights, to see how far figures depend on it
  --list        lists the lessons
  --help
`

/** A row of the table. */
interface Row {
  readonly lesson: string
  readonly figure: string
  readonly value: string
  readonly wanted: string
  readonly result: string
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      file: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string', default: '1' },
      list: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) {
    process.stdout.write(usage)
    return 0
  }
  const wanted = new Set(positionals.flatMap((list) => list.split(',')).map(Number))
  const folders = lessonFolders().filter(({ number }) => wanted.size === 0 || wanted.has(number))
  if (values.list) {
    for (const folder of folders)
      process.stdout.write(`${folder.name}  ${(await openLesson(folder)).title}\n`)
    return 0
  }
  const rows: Row[] = []
  for (const folder of folders) rows.push(...(await rowsOf(folder, values.file, Number(values.seed))))
  process.stdout.write(`\n${table(rows)}\n`)
  return rows.some(({ result }) => result === 'MISSED') ? 1 : 0
}

async function rowsOf(folder: LessonFolder, files: readonly string[], seed: number): Promise<readonly Row[]> {
  const lesson = await openLesson(folder)
  const own = files.filter((file) => lesson.reads !== undefined && file.endsWith(lesson.reads))
  if (lesson.needs !== undefined && own.length === 0)
    return [{ lesson: folder.name, figure: '', value: '', wanted: lesson.needs, result: 'left out' }]
  process.stderr.write(`${folder.name}: ${lesson.title}\n`)
  const start = performance.now()
  try {
    const figures = await lesson.run({ files: own, seed, log: (line) => process.stderr.write(`  ${line}\n`) })
    const seconds = `${Math.round((performance.now() - start) / 1000)} s`
    return Object.entries(lesson.figures).map(([figure, bounds], index) => {
      const value = figures[figure]!
      const result = holds(bounds, value) ? 'met' : 'MISSED'
      const name = index === 0 ? `${folder.name} (${seconds})` : ''
      return {
        lesson: name,
        figure,
        value: String(Number(value.toPrecision(4))),
        wanted: boundsText(bounds),
        result,
      }
    })
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    return [{ lesson: folder.name, figure: '', value: '', wanted: 'to run', result: 'MISSED' }]
  }
}

function table(rows: readonly Row[]): string {
  const keys = ['lesson', 'figure', 'value', 'wanted', 'result'] as const
  const head = Object.fromEntries(keys.map((key) => [key, key])) as Record<(typeof keys)[number], string>
  const all = [head, ...rows]
  const widths = keys.map((key) => Math.max(...all.map((row) => row[key].length)))
  return all
    .map((row) =>
      keys
        .map((key, i) => row[key].padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

process.exitCode = await main()
