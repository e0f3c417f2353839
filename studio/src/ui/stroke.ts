/** How a line is drawn. */
export interface Stroke {
  /** Name of a custom property of the page's styles, such as `--blue`. */
  readonly colour: string
  readonly width?: number
  /** Lengths of dashes and gaps; absent: it is whole. */
  readonly dashes?: string
}

/** Dashes of lines that are told apart from whole ones. */
export const dashed = '5 4'
