/*
 * Writes Protocol Buffers: a message is its fields, each a tag (number and wire type) and a value. See
 * https://protobuf.dev/programming-guides/encoding.
 */

/** The bytes of one field. */
export type Field = Uint8Array

const wireTypes = { varint: 0, bytes: 2 } as const

function varint(value: number): readonly number[] {
  const written: number[] = []
  let rest = value
  while (rest >= 128) {
    written.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  return [...written, rest]
}

/** A whole number from 0. */
export function integer(field: number, value: number): Field {
  return Uint8Array.from([...varint(field * 8 + wireTypes.varint), ...varint(value)])
}

/** Bytes, a text, or a message inside. */
export function bytes(field: number, value: Uint8Array | string): Field {
  const content = typeof value === 'string' ? new TextEncoder().encode(value) : value
  return joined([
    Uint8Array.from([...varint(field * 8 + wireTypes.bytes), ...varint(content.length)]),
    content,
  ])
}

/** A message inside. */
export function message(field: number, fields: readonly Field[]): Field {
  return bytes(field, joined(fields))
}

/** A whole message. */
export function joined(fields: readonly Field[]): Uint8Array {
  const result = new Uint8Array(fields.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const field of fields) {
    result.set(field, at)
    at += field.length
  }
  return result
}
