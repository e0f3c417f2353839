import type { Diagram, Vertex } from './diagram.ts'
import type { Box, Placed, Wire } from './place.ts'

/** How a diagram is written. */
export interface SvgOptions {
  /** What the picture is called for those who cannot see it. */
  readonly title: string
  /** In front of all ids; the same page must not have it twice. */
  readonly prefix: string
}

/** Colours follow the page: `--cell-ink` for lines and letters, `--cell-gate` and `--cell-state` for areas. */
const style = `
.cell-diagram { color: var(--cell-ink, #1f2328); font: 13px ui-sans-serif, system-ui, sans-serif; }
.cell-diagram text { fill: currentColor; text-anchor: middle; dominant-baseline: central; }
.cell-diagram .wire { fill: none; stroke: currentColor; stroke-opacity: .55; stroke-width: 1.2; }
.cell-diagram .tip { fill: currentColor; fill-opacity: .7; }
.cell-diagram .label { font-size: 11px; text-anchor: end; fill-opacity: .85; }
.cell-diagram .title { font-size: 11px; font-style: italic; }
.cell-diagram .shape { stroke: currentColor; stroke-opacity: .7; fill: currentColor; fill-opacity: .05; }
.cell-diagram .gate .shape { fill: var(--cell-gate, #2f81f7); fill-opacity: .16; }
.cell-diagram .outer .shape { fill: var(--cell-state, #2da44e); fill-opacity: .18; }
.cell-diagram .lit .shape { fill-opacity: .5; }
.cell-diagram .lit .wire { stroke-width: 2.4; stroke-opacity: 1; }
@media (prefers-color-scheme: dark) { .cell-diagram { color: var(--cell-ink, #e6edf3); } }`.trim()

/** Text of a placed diagram as SVG. */
export function svgText(
  diagram: Diagram,
  { boxes, wires, width, height }: Placed,
  options: SvgOptions,
): string {
  const { title, prefix } = options
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="cell-diagram" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${prefix}title">`,
    `<title id="${prefix}title">${escaped(title)}</title>`,
    `<style>\n${style}\n</style>`,
    ...wires.map((wire) => wireText(diagram, wire)),
    ...diagram.vertices.map((vertex, index) => vertexText(vertex, boxes[index]!, index, prefix)),
    '</svg>',
    '',
  ].join('\n')
}

function vertexText(vertex: Vertex, box: Box, index: number, prefix: string): string {
  const { kind, text, title, values, parameters } = vertex
  const [left, top] = [box.x - box.width / 2, box.y - box.height / 2]
  const isOuter = kind !== 'gate' && kind !== 'operation' && kind !== 'join'
  const radius = kind === 'gate' ? 5 : 11
  const above =
    title === undefined
      ? ''
      : `<text class="title" x="${round(box.x)}" y="${round(top - 8)}">${escaped(title)}</text>`
  return [
    `<g id="${prefix}${index}" class="${isOuter ? 'outer' : kind}"${data('values', values)}${data('parameters', parameters)}>`,
    `<rect class="shape" x="${round(left)}" y="${round(top)}" width="${round(box.width)}" height="${round(box.height)}" rx="${radius}"/>`,
    `<text x="${round(box.x)}" y="${round(box.y)}">${escaped(text)}</text>${above}</g>`,
  ].join('')
}

function wireText({ vertices, links }: Diagram, wire: Wire): string {
  const values = data('values', vertices[wire.vertex]!.values)
  const path = `<path class="wire" d="${pathText(wire)}"/>`
  if (wire.link === undefined) return `<g class="link"${values}>${path}</g>`
  const { label, parameters } = links[wire.link]!
  const [x, y] = wire.to
  const tip = `<path class="tip" d="M${round(x)} ${round(y)}l-6-3v6z"/>`
  const text =
    label === '' ? '' : `<text class="label" x="${round(x - 8)}" y="${round(y - 7)}">${escaped(label)}</text>`
  return `<g class="link"${values}${data('parameters', parameters)}>${path}${tip}${text}</g>`
}

function pathText({ from, to, bend }: Wire): string {
  const [[x1, y1], [x2, y2]] = [from, to]
  if (Math.abs(y1 - y2) < 0.5) return `M${round(x1)} ${round(y1)}H${round(x2)}`
  const middle = (x1 + bend) / 2
  const curve = [middle, y1, middle, y2, bend, y2].map(round).join(' ')
  return `M${round(x1)} ${round(y1)}C${curve}H${round(x2)}`
}

function data(name: string, values: readonly string[]): string {
  return values.length === 0 ? '' : ` data-${name}="${escaped(values.join(' '))}"`
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
