/** Order of two strings by their code points, which is not that of UTF-16 beyond U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length)
  for (let at = 0; at < shared; at++) {
    if (a[at] !== b[at]) return a.codePointAt(at)! - b.codePointAt(at)!
  }
  return a.length - b.length
}
