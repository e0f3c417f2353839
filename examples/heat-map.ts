import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Where attention was: a row of weights, 0 to 1, for each thing that was written. */
export interface HeatMap {
  readonly rows: readonly string[]
  readonly columns: readonly string[]
  /** `[rows][columns]` */
  readonly weights: readonly ArrayLike<number>[]
}

const shades = ' .:-=+*#%@'

/** A heat map in lines of text: the darker a character, the more weight. */
export function heatMapLines({ rows, columns, weights }: HeatMap): readonly string[] {
  const shade = (weight: number): string => shades[Math.min(9, Math.floor(10 * weight))]!
  return [
    `  ${columns.join('')}`,
    ...rows.map((row, i) => `${row} ${Array.from(weights[i]!, shade).join('')}`),
  ]
}

const cell = 18

/** Writes a heat map as an SVG picture. */
export function drawHeatMap(path: string, { rows, columns, weights }: HeatMap): void {
  const label = (text: string, x: number, y: number): string =>
    `<text x="${x + cell / 2}" y="${y + 13}" text-anchor="middle">${escaped(text)}</text>`
  const squares = weights.flatMap((row, i) =>
    Array.from(row, (weight, j) => {
      const place = `x="${(j + 1) * cell}" y="${(i + 1) * cell}" width="${cell}" height="${cell}"`
      return `<rect ${place} fill="#1f4e9c" fill-opacity="${weight.toFixed(3)}"/>`
    }),
  )
  const labels = [
    ...columns.map((text, j) => label(text, (j + 1) * cell, 0)),
    ...rows.map((text, i) => label(text, 0, (i + 1) * cell)),
  ]
  const [width, height] = [(columns.length + 1) * cell, (rows.length + 1) * cell]
  writePicture(path, width, height, [...squares, ...labels])
}

/** Writes an SVG picture on white. */
export function writePicture(path: string, width: number, height: number, parts: readonly string[]): void {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="monospace" font-size="13">`
  const paper = `<rect width="${width}" height="${height}" fill="white"/>`
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${[head, paper, ...parts, '</svg>'].join('\n')}\n`)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
