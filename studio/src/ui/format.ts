/** A whole number with thin spaces between thousands: `12 345`. */
export function thousands(value: number): string {
  return String(Math.round(value))
    .replace('-', '−')
    .replace(/\B(?=(\d{3})+$)/g, '\u202f')
}

/** A number with so many digits behind the point, and a true minus. */
export function decimal(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : Number.isNaN(value) ? '–' : '−∞'
  const text = value.toFixed(digits)
  const isZero = Number(text) === 0
  return isZero ? text.replace('-', '') : text.replace('-', '−')
}

/** A number of any size in three digits: `0.00123`, `12.3`, `4.5e−7`. */
export function compact(value: number): string {
  if (!Number.isFinite(value) || value === 0) return decimal(value, 0)
  const size = Math.abs(value)
  if (size < 1e-3 || size >= 1e4) return value.toExponential(1).replaceAll('-', '−').replace('+', '')
  return decimal(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3)
}

/** A share as whole per cent. */
export function percent(share: number): string {
  return `${Math.round(share * 100)}\u202f%`
}

/** A whole power of ten: `1`, `10⁻²`. */
export function powerOfTen(power: number): string {
  const raised = Array.from(String(power), (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? '⁻')
  return power === 0 ? '1' : `10${raised.join('')}`
}

/** A character so that it can be seen: a line end as ↵, a space as ␣. */
export function visible(symbol: string): string {
  if (symbol === '\n') return '↵'
  if (symbol === ' ') return '␣'
  return symbol === '\t' ? '⇥' : symbol
}
