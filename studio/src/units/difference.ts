/** Two texts that begin alike: what they share, and how each goes on. */
export interface Fork {
  readonly shared: string
  readonly before: string
  readonly after: string
}

/** Where two texts part, at whole characters. */
export function fork(before: string, after: string): Fork {
  const [a, b] = [[...before], [...after]]
  const parts = a.findIndex((symbol, index) => symbol !== b[index])
  const at = parts < 0 ? Math.min(a.length, b.length) : parts
  return { shared: a.slice(0, at).join(''), before: a.slice(at).join(''), after: b.slice(at).join('') }
}
