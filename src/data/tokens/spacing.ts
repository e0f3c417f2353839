const letters = String.raw`[\p{L}\p{M}\p{N}_]+(?:['’][\p{L}\p{M}]+)*`
const numbers = String.raw`\p{N}+(?:[.,]\p{N}+)*(?![\p{L}\p{M}\p{N}_])`
const piece = new RegExp(String.raw`\n|[^\S\n]+|${numbers}|${letters}|[^\s]`, 'gu')

/**
 * A text cut into words (with apostrophes inside), numbers, other single characters, line ends and runs of other white
 * space. Nothing is lost: joined they give the text.
 */
export function wordPieces(text: string): readonly string[] {
  return text.match(piece) ?? []
}

/** Whether a text is one piece. */
export function isOnePiece(text: string): boolean {
  const pieces = wordPieces(text)
  return pieces.length === 1 && pieces[0] === text
}

/** Whether a piece is white space. */
export function isSpace(symbol: string): boolean {
  return /^\s/u.test(symbol)
}

const closing = new Set('.,;:!?)]}%…»”')
const opening = new Set('([{¿¡«“"$£€')
const inner = new Set('-–—/@#*^~|\\')

/**
 * What stands between two pieces unless a text says otherwise: one space, but nothing beside white space, at the start,
 * before closing punctuation, after opening punctuation, and on both sides of hyphens and the like.
 */
export function separator(before: string, after: string): '' | ' ' {
  if (before === '' || isSpace(before) || isSpace(after)) return ''
  if (opening.has(before) || closing.has(after) || inner.has(before) || inner.has(after)) return ''
  return ' '
}
