import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { watched } from '../look.ts'
import { client } from '../store.ts'
import { colourIn, css, inkOn } from '../ui/colour.ts'
import { percent, visible } from '../ui/format.ts'
import { isDark } from '../ui/theme.tsx'
import { at, look, readText } from './state.ts'

/** The symbol that is explained behind a character; the likeliest where nothing was chosen. */
const chosen = signal<{ readonly at: number; readonly symbol: string } | undefined>(undefined)

const { answer: reasons, watch } = watched(
  () => {
    const [likeliest] = look.value?.guesses[at.value] ?? []
    if (!likeliest) return undefined
    const symbol = chosen.value?.at === at.value ? chosen.value.symbol : likeliest.symbol
    return { text: readText.value, at: at.value, symbol }
  },
  (spec) => client.ask('saliency', spec),
)

/** Which characters before the marked one speak for what comes next, and which against it. */
export function ReasonsPanel() {
  useEffect(watch, [])
  const found = reasons.value
  if (!found) return <p class="hint">Looking …</p>
  const guesses = look.value?.guesses[at.value] ?? []
  return (
    <>
      <p class="row">
        {guesses.map(({ symbol, probability }) => (
          <button
            key={symbol}
            type="button"
            aria-pressed={symbol === found.target}
            onClick={() => (chosen.value = { at: at.value, symbol })}
          >
            <b>{visible(symbol)}</b> {percent(probability)}
          </button>
        ))}
      </p>
      <p class="coloured" dir="auto" data-testid="reasons">
        <Characters {...found} />
        <span class="asked" title="the character that is explained">
          {visible(found.target)}
        </span>
      </p>
      <p class="hint">
        Orange characters speak for <b>{visible(found.target)}</b> after them, blue ones against it: the
        derivative of its log-probability along each character. Another place: click in the text, or use the
        arrow keys in the heat map.
      </p>
    </>
  )
}

function Characters({
  symbols,
  products,
}: {
  readonly symbols: readonly string[]
  readonly products: Float64Array
}) {
  const most = products.reduce((size, value) => Math.max(size, Math.abs(value)), 1e-12)
  return symbols.map((symbol, index) => {
    const value = products[index]!
    const colour = colourIn({ kind: 'signed', most }, value, isDark.value)
    return (
      <span
        key={index}
        style={{ background: css(colour), color: inkOn(colour) }}
        title={`${value < 0 ? 'against' : 'for'}: ${value.toFixed(3)}`}
      >
        {symbol === '\n' ? '↵\n' : symbol}
      </span>
    )
  })
}
