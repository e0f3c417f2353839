/*
 * Colours of numbers. Both scales change in lightness as well as in hue, blue against orange, so that they can be told
 * apart without seeing red or green; they differ between a light and a dark page.
 */

export type Rgb = readonly [red: number, green: number, blue: number]

interface Palette {
  readonly nothing: Rgb
  readonly blue: readonly [Rgb, Rgb]
  readonly orange: readonly [Rgb, Rgb]
}

/** From nothing over a middle tone to the strongest. */
const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    nothing: [247, 246, 242],
    blue: [
      [118, 172, 219],
      [8, 68, 138],
    ],
    orange: [
      [240, 170, 104],
      [150, 62, 4],
    ],
  },
  dark: {
    nothing: [29, 36, 45],
    blue: [
      [42, 98, 156],
      [150, 208, 255],
    ],
    orange: [
      [150, 82, 24],
      [255, 196, 128],
    ],
  },
}

function mixed(a: Rgb, b: Rgb, share: number): Rgb {
  return [0, 1, 2].map((channel) =>
    Math.round(a[channel]! + (b[channel]! - a[channel]!) * share),
  ) as unknown as Rgb
}

function along(nothing: Rgb, [middle, most]: readonly [Rgb, Rgb], share: number): Rgb {
  return share < 0.5 ? mixed(nothing, middle, share * 2) : mixed(middle, most, share * 2 - 1)
}

/** Colour of a share: 0 is nothing, 1 the strongest blue. */
export function sequential(share: number, isDark: boolean): Rgb {
  const { nothing, blue } = palettes[isDark ? 'dark' : 'light']
  return along(nothing, blue, Math.min(1, Math.max(0, share)))
}

/** Colour of a number from -1 (blue) over 0 to 1 (orange). */
export function diverging(value: number, isDark: boolean): Rgb {
  const { nothing, blue, orange } = palettes[isDark ? 'dark' : 'light']
  return along(nothing, value < 0 ? blue : orange, Math.min(1, Math.abs(value)))
}

/** What numbers a scale is for: shares from 0 to 1, or numbers up to `most` on both sides of 0. */
export type Range = { readonly kind: 'share' } | { readonly kind: 'signed'; readonly most: number }

/** Colour of a number of a range; what is no number has no colour. */
export function colourIn(range: Range, value: number, isDark: boolean): Rgb {
  if (Number.isNaN(value)) return sequential(0, isDark)
  return range.kind === 'share' ? sequential(value, isDark) : diverging(value / range.most, isDark)
}

/** The range that numbers fill: that of shares where `isShare`, else up to the largest of them, 1 at least. */
export function rangeOf(values: ArrayLike<number>, isShare: boolean): Range {
  if (isShare) return { kind: 'share' }
  let most = 1
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!)
    if (size > most && Number.isFinite(size)) most = size
  }
  return { kind: 'signed', most }
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`
}

/** Letters that can be read on a colour. */
export function inkOn([red, green, blue]: Rgb): string {
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? '#10161d' : '#f6f8fa'
}
