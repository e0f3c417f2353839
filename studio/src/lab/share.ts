import type { CellChoice } from '../worker/messages.ts'

/** Longest cell that a link holds, in characters; some programs cut longer addresses. */
const longest = 6000

/** A cell as part of an address: name, equations and how its parameters start. */
export function encodeCell({ name, equations, init }: CellChoice): string {
  const bytes = new TextEncoder().encode(JSON.stringify([name, equations, init]))
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Reads what `encodeCell` writes; anything else is undefined. */
export function decodeCell(text: string): CellChoice | undefined {
  if (text.length > longest) return undefined
  try {
    const raw = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(raw, (letter) => letter.charCodeAt(0))
    return checked(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch {
    return undefined
  }
}

function checked(value: unknown): CellChoice | undefined {
  if (!Array.isArray(value)) return undefined
  const [name, equations, init] = value as readonly unknown[]
  if (typeof name !== 'string' || typeof equations !== 'string') return undefined
  if (typeof init !== 'object' || init === null) return undefined
  return { name, equations, init: init as CellChoice['init'] }
}
