/**
 * A line of a file and a caret below it, cut to a width around the caret.
 * @param excerpt two lines, both with a margin that ends in `| `
 */
export function fitExcerpt(excerpt: string, width: number): string {
  const [line = '', caret = ''] = excerpt.split('\n')
  const margin = caret.indexOf('|') + 2
  const room = Math.max(8, width - margin)
  const text = Array.from(line).slice(margin)
  if (text.length <= room && caret.length <= margin + room) return excerpt
  const at = caret.length - 1 - margin
  const start = Math.max(0, Math.min(at - Math.floor(room / 2), Math.max(at + 1, text.length) - room))
  const shown = text.slice(start, start + room).join('')
  return `${line.slice(0, margin)}${shown}\n${caret.slice(0, margin)}${' '.repeat(at - start)}^`
}
