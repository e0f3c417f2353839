import { compact, powerOfTen, visible } from '../ui/format.ts'
import { type LogScale, barsOf } from './bars.ts'

interface LogBarsProps {
  readonly label: string
  readonly factors: ArrayLike<number>
  /** The character of each bar. */
  readonly symbols: readonly string[]
  readonly scale: LogScale
  readonly height: number
}

/** Factors as bars: up from the line at 1 where something grows, down where it shrinks. */
export function LogBars({ label, factors, symbols, scale, height }: LogBarsProps) {
  const bars = barsOf(factors, scale)
  const powers = powersIn(scale)
  return (
    <figure class="bars" role="img" aria-label={label}>
      <div class="plot" style={{ height: `${height}px` }}>
        {powers.map((power) => (
          <i
            key={power}
            class={power === 0 ? 'line one' : 'line'}
            style={{ top: `${100 * heightOf(power, scale)}%` }}
          >
            <span>{powerOfTen(power)}</span>
          </i>
        ))}
        {bars.map(({ top, height: tall, grows, isCut }, index) => (
          <b
            key={index}
            class={`${grows ? 'grows' : 'shrinks'} ${isCut ? 'cut' : ''}`}
            title={`${visible(symbols[index] ?? '')}: ${compact(factors[index]!)}`}
            style={{
              left: `${(100 * index) / bars.length}%`,
              width: `${100 / bars.length}%`,
              top: `${100 * top}%`,
              height: `${100 * tall}%`,
            }}
          />
        ))}
      </div>
      <div class="under" style={{ '--columns': bars.length }}>
        {bars.map((_bar, index) => (
          <span key={index}>{visible(symbols[index] ?? '')}</span>
        ))}
      </div>
    </figure>
  )
}

function powersIn({ least, most }: LogScale): readonly number[] {
  const [low, high] = [Math.ceil(Math.log10(least)), Math.floor(Math.log10(most))]
  return Array.from({ length: high - low + 1 }, (_unused, index) => low + index)
}

function heightOf(power: number, { least, most }: LogScale): number {
  const [low, high] = [Math.log10(least), Math.log10(most)]
  return (high - power) / (high - low)
}
