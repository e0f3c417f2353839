import { columns, harmless } from './width.ts'

/** A symbol as it is shown, and where the unit stands after it: -1 lowest, 0 in the middle, 1 highest. */
export interface Spot {
  readonly shown: string
  readonly level: number
  /** Whether a line ends behind it. */
  readonly isLast?: boolean
}

/**
 * Symbols with the level of a unit after each. Gates go from 0 to 1; other values keep their sign, so that the middle is 0.
 */
export function spotsOf(
  symbols: readonly string[],
  values: ArrayLike<number>,
  isGate: boolean,
  ends?: ReadonlySet<number>,
): readonly Spot[] {
  let most = 1e-9
  for (let at = 0; at < symbols.length; at++) most = Math.max(most, Math.abs(values[at]!))
  return symbols.map((symbol, at) => ({
    shown: symbol,
    level: isGate ? 2 * values[at]! - 1 : values[at]! / most,
    ...(ends?.has(at) && { isLast: true }),
  }))
}

/** Lines of at most `width` columns; a line end is shown as a sign of its own at the end of its line. */
function linesOf(spots: readonly Spot[], width: number): readonly (readonly Spot[])[] {
  const lines: Spot[][] = [[]]
  let used = 0
  for (const spot of spots) {
    const isEnd = spot.shown === '\n'
    const shown = isEnd ? '⏎' : harmless(spot.shown.replaceAll('\n', '⏎').replaceAll('\t', '→'))
    if (used + columns(shown) > width) {
      lines.push([])
      used = 0
    }
    lines.at(-1)!.push({ ...spot, shown })
    used += columns(shown)
    if (!isEnd && !spot.isLast) continue
    lines.push([])
    used = 0
  }
  return lines.filter((line) => line.length > 0)
}

/** Backgrounds of the 256-colour palette: blue for low, orange for high, which the colour-blind tell apart. */
const low = [189, 153, 111, 75]
const high = [230, 223, 216, 208]

function painted({ shown, level }: Spot): string {
  const depth = Math.min(4, Math.round(Math.abs(level) * 4))
  if (depth === 0) return shown
  const colour = (level < 0 ? low : high)[depth - 1]
  return `\u001b[48;5;${colour}m\u001b[38;5;16m${shown}\u001b[39m\u001b[49m`
}

const bars = '▁▂▃▄▅▆▇█'

function marked({ shown, level }: Spot): string {
  const bar = bars[Math.max(0, Math.min(7, Math.floor((level + 1) * 4)))]!
  return bar.repeat(columns(shown))
}

/** A text coloured by a unit; without colour, bars under each line are high where the unit is. */
export function unitText(spots: readonly Spot[], width: number, colour: boolean): readonly string[] {
  return linesOf(spots, width).flatMap((line) =>
    colour
      ? [line.map(painted).join('')]
      : [line.map(({ shown }) => shown).join(''), line.map(marked).join('')],
  )
}
