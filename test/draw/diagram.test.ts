import { describe, expect, test } from 'vitest'
import { library } from '../../src/cells/index.ts'
import { type Diagram, diagramOf, drawCell } from '../../src/draw/index.ts'
import { layered } from '../../src/draw/layers.ts'
import { type Box, placed } from '../../src/draw/place.ts'
import { compile } from '../../src/equations/index.ts'

/** A line for each vertex: `f = σ(… + bf) ← [h, x] by Wf`. */
function words({ vertices, links }: Diagram): readonly string[] {
  return vertices.map(({ text, title }, index) => {
    const into = links
      .filter(({ to }) => to === index)
      .map(({ from, label }) => `${vertices[from]!.text}${label === '' ? '' : ` by ${label}`}`)
    const name = title === undefined ? '' : ` (${title})`
    return `${text}${name}${into.length === 0 ? '' : ` ← ${into.join(', ')}`}`
  })
}

const drawn = (equations: string): readonly string[] => words(diagramOf(compile(equations).step))
const stored = (name: string): string => library.find((record) => record.name === name)!.equations

describe('the diagram', () => {
  test('of the LSTM', () => {
    expect(drawn(stored('lstm'))).toEqual([
      'c',
      'h',
      'x',
      '[h, x] ← h, x',
      'f = σ(… + bf) ← [h, x] by Wf',
      '× ← f = σ(… + bf), c',
      'i = σ(… + bi) ← [h, x] by Wi',
      'g = tanh(… + bg) ← [h, x] by Wg',
      '× ← i = σ(… + bi), g = tanh(… + bg)',
      '+ ← ×, ×',
      'c′ ← +',
      'o = σ(… + bo) ← [h, x] by Wo',
      'tanh ← +',
      '× ← o = σ(… + bo), tanh',
      'h′ ← ×',
    ])
  })

  test('shows peepholes, signs, blocks, norms and projections', () => {
    expect(
      drawn(`
        state h: rank
        a = norm(W @ x, gain, shift) + V @ h + b
        f = sigmoid(block(a, 0, 2) + p * c)
        c' = clip(f * c - block(a, 1, 2), -2, 2)
        m = c' / (1 + abs(c'))
        h' = P^T @ m`),
    ).toEqual([
      'c',
      'h',
      'x',
      'norm ← x by W',
      'a = … + shift + b ← norm by gain ⊙, h by V',
      'f = σ(…) ← a = … + shift + b by 1/2, c by p ⊙',
      '× ← f = σ(…), c',
      'c′ = clip ±2 (…) ← ×, a = … + shift + b by −2/2',
      'c′ ← c′ = clip ±2 (…)',
      'abs ← c′ = clip ±2 (…)',
      '+ 1 ← abs',
      '÷ (m) ← c′ = clip ±2 (…), + 1 by ÷',
      'h′ ← ÷ by Pᵀ',
    ])
  })

  test('draws all that is defined and every parameter of the library once', () => {
    for (const { name, equations } of library) {
      const { step } = compile(equations, { name })
      const { vertices, links } = diagramOf(step)
      const values = new Set(vertices.flatMap((vertex) => vertex.values))
      expect(step.traces.filter((trace) => !values.has(trace.name))).toEqual([])
      const parameters = [...vertices, ...links].flatMap((part) => part.parameters)
      expect(parameters.toSorted()).toEqual(step.parameters.map((port) => port.name).toSorted())
    }
  })
})

const overlap = (a: Box, b: Box): boolean =>
  Math.abs(a.x - b.x) < (a.width + b.width) / 2 && Math.abs(a.y - b.y) < (a.height + b.height) / 2

describe('the drawing', () => {
  test.each(library.map(({ name, equations }) => [name, equations]))(
    '%s: nothing overlaps or leaves the picture, and all flows to the right',
    (name, equations) => {
      const diagram = diagramOf(compile(equations, { name }).step)
      const { boxes, wires, width, height } = placed(diagram, layered(diagram))
      boxes.forEach((box, i) => {
        expect(boxes.slice(i + 1).filter((other) => overlap(box, other))).toEqual([])
        expect(box.x - box.width / 2).toBeGreaterThan(0)
        expect(box.x + box.width / 2).toBeLessThan(width)
        expect(box.y - box.height / 2).toBeGreaterThan(0)
        expect(box.y + box.height / 2).toBeLessThan(height)
      })
      for (const { from, bend, to } of wires) {
        expect(bend).toBeGreaterThan(from[0])
        expect(to[0]).toBeGreaterThanOrEqual(bend)
      }
    },
  )

  test('of the LSTM has no crossing', () => {
    const { places, segments, layers } = layered(diagramOf(compile(stored('lstm')).step))
    const row = (place: number): number => layers[places[place]!.layer]!.indexOf(place)
    for (const a of segments) {
      for (const b of segments) {
        if (places[a.from]!.layer !== places[b.from]!.layer) continue
        expect((row(a.from) - row(b.from)) * (row(a.to) - row(b.to))).toBeGreaterThanOrEqual(0)
      }
    }
  })

  test('is the same text every time, with what the studio needs to light a part', () => {
    const { step } = compile(stored('lstm'), { name: 'lstm' })
    const svg = drawCell(step, { title: 'a < b & c', prefix: 'one-' })
    expect(drawCell(step, { title: 'a < b & c', prefix: 'one-' })).toBe(svg)
    expect(svg).toContain('<title id="one-title">a &lt; b &amp; c</title>')
    expect(svg).toMatch(/<g id="one-\d+" class="gate" data-values="f" data-parameters="bf">/)
    expect(svg).toMatch(/<g class="link" data-parameters="Wf"/)
    expect(svg).toMatch(/<g class="link" data-values="f">/)
    expect(svg.match(/<g /g)!.length).toBe(svg.match(/<\/g>/g)!.length)
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })
})
