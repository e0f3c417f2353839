/** How a line is drawn. */
export interface Stroke {
  /** Name of a custom property of the page's styles, such as `--blue`. */
  readonly colour: string
  readonly width?: number
  /** Lengths of dashes and gaps; absent: it is whole. */
  readonly dashes?: string
}

/** A line of its own for each number: lines of one colour have no dots, one, two and so on between their dashes. */
export function strokeOf(index: number, colours: readonly string[] = lineColours): Stroke {
  const colour = colours[index % colours.length]!
  const dots = Math.floor(index / colours.length)
  return { colour, width: 2, ...(dots > 0 && { dashes: dotted('12 3', dots) }) }
}

/** Dashes with some dots behind each. */
export function dotted(dash: string, dots: number): string {
  return dash + ' 2 3'.repeat(dots)
}

const lineColours = ['--blue', '--orange', '--third', '--fourth', '--fifth'] as const

/** Dashes of lines that are told apart from whole ones. */
export const dashed = '5 4'
