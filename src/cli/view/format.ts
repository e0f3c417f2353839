/** A whole number with thousands separated: `1,985,223`. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** Three or four digits that matter and a unit for thousands: `999`, `34.1 k`, `1.20 M`. */
export function short(value: number): string {
  if (value < 999.5) return String(Math.round(value))
  const [size, unit] = value < 999_500 ? [value / 1e3, 'k'] : [value / 1e6, 'M']
  return `${size.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0)} ${unit}`
}

/** A size in memory of some megabytes or more: `1.50 GB`, `240 EB`. */
export function bytes(value: number): string {
  const units = ['MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB']
  let size = value / 1e6
  let unit = 0
  for (; size >= 999.5 && unit < units.length - 1; unit++) size /= 1000
  return `${size.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0)} ${units[unit]}`
}

/** A time span: `0:07`, `12:30`, `3 h 05 min`, `2 d 4 h`; `?` for what is no number. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?'
  const whole = Math.max(0, Math.round(seconds))
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  if (whole < 3600) return `${Math.floor(whole / 60)}:${two(whole % 60)}`
  const hours = Math.floor(whole / 3600)
  if (hours < 24) return `${hours} h ${two((whole % 3600) / 60)} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** A number with as few digits as it needs, at most four that matter: `0.002`, `1e-7`. */
export function few(value: number): string {
  return String(Number(value.toPrecision(4)))
}

/** A number and its noun: `1 layer`, `1,024 layers`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}
