const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u
const zero = /\p{Mark}|\p{Format}/u

/** Columns that a character takes in a terminal: 0, 1 or 2. */
function columnsOf(character: string): number {
  if (zero.test(character)) return 0
  return wide.test(character) ? 2 : 1
}

/** Columns that a text without control characters takes. */
export function columns(text: string): number {
  let total = 0
  for (const character of text) total += columnsOf(character)
  return total
}

/** The text with its control characters, which could upset a terminal, as pictures; line ends and tabs stay. */
export function harmless(text: string): string {
  return text.replace(/[^\P{Control}\n\t]/gu, (character) => {
    const code = character.codePointAt(0)!
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : code === 0x7f ? '\u2421' : '\ufffd'
  })
}

/** The text in lines of at most `width` columns, broken at spaces where there are any. Line ends stay. */
export function wrap(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((line) => wrapLine(line.replaceAll('\t', '  '), Math.max(2, width)))
}

function wrapLine(line: string, width: number): readonly string[] {
  const lines: string[] = []
  let rest = line
  while (columns(rest) > width) {
    const end = prefixLength(rest, width)
    const space = rest.lastIndexOf(' ', end)
    const cut = space > 0 ? space : end
    lines.push(rest.slice(0, cut))
    rest = rest.slice(space > 0 ? cut + 1 : cut)
  }
  return [...lines, rest]
}

/** UTF-16 units of the longest beginning that takes at most `width` columns. */
function prefixLength(text: string, width: number): number {
  let used = 0
  let length = 0
  for (const character of text) {
    used += columnsOf(character)
    if (used > width) break
    length += character.length
  }
  return length
}

/** The text, cut off with an ellipsis where it takes more than `width` columns. */
export function clipped(text: string, width: number): string {
  if (columns(text) <= width) return text
  return `${text.slice(0, prefixLength(text, Math.max(0, width - 1)))}…`
}

/** A part of a line: the larger its rank, the sooner it is left out where there is no room. */
export interface Part {
  readonly text: string
  readonly rank: number
}

/** The parts that fit into `width` columns, in their order, with ` · ` between them. The last one left is cut off. */
export function fitted(parts: readonly Part[], width: number): string {
  let left = parts.filter(({ text }) => text !== '')
  const line = (): string => left.map(({ text }) => text).join(' · ')
  while (left.length > 1 && columns(line()) > width) {
    const worst = left.reduce((a, b) => (b.rank >= a.rank ? b : a))
    left = left.filter((part) => part !== worst)
  }
  return clipped(line(), width)
}
