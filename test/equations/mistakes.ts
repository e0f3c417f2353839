import { expect } from 'vitest'
import { EquationError, compile } from '../../src/equations/index.ts'

/** Text with a `|` before the place of the mistake, the code, and a part of the message. */
export type Mistake = readonly [marked: string, code: string, message: string]

/** What compiling a text throws. */
export function thrown(text: string): unknown {
  try {
    compile(text)
    return undefined
  } catch (error) {
    return error
  }
}

/** The EquationError of a text. */
export function mistake(text: string): EquationError {
  const error = thrown(text)
  expect(error).toBeInstanceOf(EquationError)
  return error as EquationError
}

/** Checks code, place and a part of the message of a mistake. */
export function expectMistake(marked: string, code: string, message: string): void {
  const lines = marked.slice(0, marked.indexOf('|')).split('\n')
  const error = mistake(marked.replace('|', ''))
  expect({ code: error.code, message: error.message }).toEqual({
    code,
    message: expect.stringContaining(message),
  })
  expect(`${error.line}:${error.column}`).toBe(`${lines.length}:${lines.at(-1)!.length + 1}`)
  expect(error.message).toMatch(new RegExp(`^line ${error.line}, column ${error.column}: [^\\n]+$`, 'u'))
}
