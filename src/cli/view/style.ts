/** Ways to set text apart; without colour they change nothing. */
export interface Style {
  readonly bold: Paint
  readonly dim: Paint
  readonly red: Paint
  readonly green: Paint
  readonly yellow: Paint
  readonly cyan: Paint
}

type Paint = (text: string) => string

const codes: Readonly<Record<keyof Style, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
}

/** Styles of a terminal with or without colour. */
export function styleFor(colour: boolean): Style {
  const paints = Object.entries(codes).map(([name, [on, off]]): [string, Paint] => [
    name,
    colour ? (text) => (text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`) : (text) => text,
  ])
  return Object.fromEntries(paints) as unknown as Style
}

/** Whether to colour: on a terminal, unless `NO_COLOR` (no-color.org) or `TERM=dumb` says no. */
export function wantsColour(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  return isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}
