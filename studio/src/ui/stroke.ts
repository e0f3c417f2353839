/** How a line is drawn. */
export interface Stroke {
  /** Name of a custom property of the page's styles, such as `--blue`. */
  readonly colour: string
  readonly width?: number
  /** Lengths of dashes and gaps; absent: it is whole. */
  readonly dashes?: string
}

/** A line of its own for each of twice as many as there are colours. */
export function strokeOf(index: number, colours: readonly string[] = lineColours): Stroke {
  const colour = colours[index % colours.length]!
  const isSecondRound = Math.floor(index / colours.length) % 2 === 1
  return { colour, width: 2, ...(isSecondRound && { dashes: '12 3 2 3' }) }
}

const lineColours = ['--blue', '--orange', '--third', '--fourth', '--fifth'] as const

/** Dashes of lines that are told apart from whole ones. */
export const dashed = '5 4'
