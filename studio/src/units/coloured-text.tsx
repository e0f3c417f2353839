import { colourIn, css, inkOn } from '../ui/colour.ts'
import { isDark } from '../ui/theme.tsx'
import { at, look, shadeRange, shades, unit, value } from './state.ts'

/** The text, each character in the colour of the marked unit at it. */
export function ColouredText() {
  const shown = value.value
  const symbols = look.value?.symbols ?? []
  if (!shown) return null
  return (
    <p class="coloured" dir="auto" data-testid="coloured">
      {symbols.map((symbol, step) => {
        const number = shown.data[step * shown.units + unit.value] ?? 0
        const shade = shades.value[step * shown.units + unit.value] ?? 0
        const colour = colourIn(shadeRange.value, shade, isDark.value)
        return (
          <span
            key={step}
            class={step === at.value ? 'here' : ''}
            style={{ background: css(colour), color: inkOn(colour) }}
            title={number.toFixed(3)}
            onClick={() => (at.value = step)}
          >
            {symbol === '\n' ? '↵\n' : symbol}
          </span>
        )
      })}
    </p>
  )
}
