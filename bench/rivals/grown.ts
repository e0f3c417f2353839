import type { Twin } from './twin.ts'

/** Random weights for layers of another size, in the shape of the twin's. */
export function grown(twin: Twin, hidden: number): Twin {
  const bound = hidden ** -0.5
  const random = (length: number) => Array.from({ length }, () => (2 * Math.random() - 1) * bound)
  const symbols = twin.head.b.length
  return {
    ...twin,
    hidden,
    layers: twin.layers.map(({ b, d, p }, index) => {
      const rows = (b.length / twin.hidden) * hidden
      return {
        x: random(rows * (index === 0 ? symbols : hidden)),
        h: random(rows * hidden),
        b: random(rows),
        d: random((d.length / twin.hidden) * hidden),
        p: random((p.length / twin.hidden) * hidden),
      }
    }),
    head: { x: random(symbols * hidden), b: random(symbols) },
  }
}
