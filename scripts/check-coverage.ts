import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { decoders, library } from '../src/cells/index.ts'

/** One row of a table of docs/coverage.md. */
export interface Covered {
  readonly section: string
  readonly name: string
  readonly file: string
  /** The title of a test or of a group of tests, as the file has it. */
  readonly test: string
  /** The folder in examples of the lesson that shows it, in tables that name one. */
  readonly lesson: string | undefined
}

/** The rows of all tables under headings: `| [lstm](…) | test/a.test.ts | title |`, with a lesson behind or without. */
export function coverageRows(markdown: string): readonly Covered[] {
  let section = ''
  const rows: Covered[] = []
  for (const line of markdown.split('\n')) {
    if (line.startsWith('## ')) section = line.slice(3)
    const [, name, file, test, lesson] = line.split('|').map((cell) => bare(cell.trim()))
    if (name && test && file?.endsWith('.test.ts'))
      rows.push({ section, name, file, test, lesson: lesson === '' ? undefined : lesson })
  }
  return rows
}

/** The text of a table cell without its link or its back quotes. */
function bare(cell: string): string {
  return cell.replace(/^\[(.*)\]\(.*\)$/, '$1').replace(/^`(.*)`$/, '$1')
}

/**
 * What is wrong with the page: cells and lessons that it does not list, rows of cells that there are not, tests and
 * lessons that there are not.
 * @param read text of a file from the root, or undefined where there is none
 */
export function coverageComplaints(
  markdown: string,
  { cells, lessons }: { readonly cells: readonly string[]; readonly lessons: readonly string[] },
  read: (path: string) => string | undefined,
): readonly string[] {
  const rows = coverageRows(markdown)
  const taught = new Set(rows.map(({ lesson }) => lesson))
  const own = rows.filter(({ section }) => section === 'Cells')
  const listed = new Set(own.map(({ name }) => name))
  return [
    ...cells.filter((name) => !listed.has(name)).map((name) => `the cell ${name} has no test here`),
    ...own.filter(({ name }) => !cells.includes(name)).map(({ name }) => `there is no cell ${name}`),
    ...lessons
      .filter((lesson) => !taught.has(lesson))
      .map((lesson) => `the lesson ${lesson} shows nothing here`),
    ...rows.flatMap(({ section, name, file, test, lesson }) => {
      if (lesson !== undefined && !lessons.includes(lesson)) return [`${name}: there is no lesson ${lesson}`]
      const text = read(file)
      if (text === undefined) return [`${name}: there is no file ${file}`]
      if (!titles(text).has(test)) return [`${name}: ${file} has no test "${test}"`]
      const isThere = section !== 'Cells' || new RegExp(`\\b(${name}|library)\\b`).test(text)
      return isThere ? [] : [`${name}: ${file} does not speak of ${name}`]
    }),
  ]
}

const title =
  /\b(?:test|it|describe)(?:\.each\b[\s\S]*?\))?\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`([^`]*)`)/g

/** Titles of the tests and groups of a file, as it writes them. */
export function titles(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(title)].map(([, one, two, three]) => one ?? two ?? three ?? ''))
}

function main(): void {
  const root = fileURLToPath(new URL('../', import.meta.url))
  const page = 'docs/coverage.md'
  const complaints = coverageComplaints(
    readFileSync(root + page, 'utf8'),
    {
      cells: [...library, ...decoders.cells].map(({ name }) => name),
      lessons: readdirSync(`${root}examples`).filter((name) => /^\d\d-/.test(name)),
    },
    (path) => (existsSync(root + path) ? readFileSync(root + path, 'utf8') : undefined),
  )
  for (const complaint of complaints) console.error(`${page}: ${complaint}`)
  if (complaints.length > 0) process.exitCode = 1
  else console.log(`coverage: ${library.length} cells, all layers and all concepts have their tests`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
