/** A fenced code block of a Markdown file. */
export interface CodeBlock {
  readonly language: string
  /** What follows the language on the fence, as in ```ts skip; empty if nothing does. */
  readonly note: string
  readonly code: string
  /** The line of the opening fence, from 1. */
  readonly line: number
}

/**
 * The fenced code blocks (three backticks, at the start of a line) of a Markdown text in the languages asked for.
 * @throws when a fence is never closed
 */
export function codeBlocks(
  markdown: string,
  languages: readonly string[] = ['ts', 'sh'],
): readonly CodeBlock[] {
  const lines = markdown.split(/\r?\n/)
  const blocks: CodeBlock[] = []
  for (let start = 0; start < lines.length; start++) {
    const fence = /^```(\S*)\s*(.*)$/.exec(lines[start] ?? '')
    if (fence === null) continue
    const end = lines.indexOf('```', start + 1)
    if (end === -1) throw new Error(`the code block that opens on line ${start + 1} is never closed`)
    const [, language = '', note = ''] = fence
    const code = `${lines.slice(start + 1, end).join('\n')}\n`
    if (languages.includes(language)) blocks.push({ language, note: note.trim(), code, line: start + 1 })
    start = end
  }
  return blocks
}
