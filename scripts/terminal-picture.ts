import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/*
 * Draws what a terminal shows as an SVG:
 *
 *     tmux capture-pane -e -p > screen && node --import tsx scripts/terminal-picture.ts screen > docs/images/training.svg
 *
 * Text is text, with its length fixed; braille dots and bars are shapes, since fonts disagree about them.
 */

const cell = { width: 8.4, height: 18 } as const
const margin = 16
const titleHeight = 34
const colours: Readonly<Record<number, string>> = {
  31: '#f07178',
  32: '#a5d76e',
  33: '#ffcb6b',
  36: '#6cc7e6',
}
const plain = '#d6dae3'
const paper = '#171a21'

/** How a piece of text looks. */
export interface Look {
  readonly bold: boolean
  readonly dim: boolean
  readonly colour: string
}

/** Characters of one look in a line. */
export interface Run {
  /** Column of the first one, from 0. */
  readonly column: number
  readonly text: string
  readonly look: Look
}

const none: Look = { bold: false, dim: false, colour: plain }

/** Splits a line with escape codes for looks (SGR) into runs; other codes are dropped. */
export function runsOf(line: string): readonly Run[] {
  const runs: Run[] = []
  let look = none
  let column = 0
  // oxlint-disable-next-line no-control-regex -- escape codes are what is looked for
  for (const [, codes, text] of line.matchAll(/\u001b\[([\d;]*)m|([^\u001b]+)/g)) {
    if (codes !== undefined) look = codes.split(';').map(Number).reduce(changed, look)
    if (text === undefined) continue
    runs.push({ column, text, look })
    column += [...text].length
  }
  return runs
}

function changed(look: Look, code: number): Look {
  if (code === 0) return none
  if (code === 1) return { ...look, bold: true }
  if (code === 2) return { ...look, dim: true }
  if (code === 22) return { ...look, bold: false, dim: false }
  if (code === 39) return { ...look, colour: plain }
  return { ...look, colour: colours[code] ?? look.colour }
}

/** The screen as an SVG of so many columns. */
export function picture(screen: string, columns: number, title: string): string {
  const lines = screen.replace(/\s+$/, '').split('\n')
  const width = Math.ceil(columns * cell.width + 2 * margin)
  const height = Math.ceil(lines.length * cell.height + titleHeight + 2 * margin)
  const lights = ['#ff5f57', '#febc2e', '#28c840'].map(
    (fill, i) => `<circle cx="${margin + 6 + 20 * i}" cy="17" r="6" fill="${fill}"/>`,
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="9" fill="${paper}"/>`,
    ...lights,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">`,
    ...lines.flatMap((line, row) => runsOf(line).map((run) => drawn(run, row))),
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

function drawn({ column, text, look }: Run, row: number): string {
  const top = titleHeight + margin + row * cell.height
  const parts: string[] = []
  let words = ''
  let start = column
  const flush = (): void => {
    const shown = words.trimEnd()
    const lead = shown.length - shown.trimStart().length
    if (shown.length > lead) parts.push(textAt(start + lead, top, shown.slice(lead)))
    words = ''
  }
  for (const [index, character] of [...text].entries()) {
    const shape = shapeOf(character, column + index, top)
    if (shape === undefined) {
      if (words === '') start = column + index
      words += character
    } else {
      flush()
      parts.push(shape)
    }
  }
  flush()
  if (parts.every((part) => part === '')) return ''
  const style = `${look.bold ? ' font-weight="bold"' : ''}${look.dim ? ' opacity="0.55"' : ''}`
  return `<g fill="${look.colour}"${style}>${parts.join('')}</g>`
}

function textAt(column: number, top: number, text: string): string {
  const length = ([...text].length * cell.width).toFixed(1)
  const x = (margin + column * cell.width).toFixed(1)
  return `<text x="${x}" y="${(top + 13).toFixed(1)}" textLength="${length}" xml:space="preserve">${escaped(text)}</text>`
}

/** Bars: how far they reach in their cell, and how thick they are. */
const bars: Readonly<Record<string, readonly [share: number, thickness: number]>> = {
  '━': [1, 4],
  '╸': [0.5, 4],
  '─': [1, 1.5],
}

/** Braille characters, bars and the line beside samples as shapes; undefined for text. */
function shapeOf(character: string, column: number, top: number): string | undefined {
  const left = margin + column * cell.width
  const bits = character.codePointAt(0)! - 0x2800
  if (bits >= 0 && bits < 256) return dotsOf(bits, left, top)
  if (character === '│') return rectangle(left + cell.width / 2 - 0.75, top, 1.5, cell.height)
  const bar = bars[character]
  return bar && rectangle(left, top + cell.height / 2 - bar[1] / 2, bar[0] * cell.width + 0.2, bar[1])
}

function rectangle(x: number, y: number, width: number, height: number): string {
  return `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}"/>`
}

/** Bits of the dots by column and row. */
const dotBits = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const

function dotsOf(bits: number, left: number, top: number): string {
  return dotBits
    .flatMap((rows, x) =>
      rows.map((bit, y) => {
        const at = [left + (x + 0.5) * (cell.width / 2), top + (y + 0.5) * (cell.height / 4)] as const
        return bits & bit ? `<circle cx="${at[0].toFixed(1)}" cy="${at[1].toFixed(1)}" r="1.5"/>` : ''
      }),
    )
    .join('')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path = '', columns = '90', title = 'A terminal in which sluice trains'] = process.argv.slice(2)
  process.stdout.write(picture(readFileSync(path, 'utf8'), Number(columns), title))
}
