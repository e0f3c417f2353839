import type { Cursor } from './cursor.ts'
import { functionName, isFunction, looksLikeFunction } from '../functions.ts'
import { type KnownNames, isDeclared } from './known-names.ts'
import { swallowed } from './latex.ts'
import { nearest } from '../nearest.ts'
import type { Expression, Name } from '../syntax.ts'
import type { Token } from './tokens.ts'

/** How the reader of expressions reads what stands in a call's brackets. */
interface Inside {
  list(end: string, separators: readonly string[]): readonly Expression[]
  group(): Expression
}

/** Reads names and calls. */
export class NameReader {
  readonly #cursor: Cursor
  readonly #names: KnownNames
  readonly #inside: Inside

  constructor(cursor: Cursor, names: KnownNames, inside: Inside) {
    this.#cursor = cursor
    this.#names = names
    this.#inside = inside
  }

  /** The name or call that begins here. */
  read(): Expression {
    const token = this.#cursor.next()
    const called = this.#functionOf(token)
    if (called !== undefined && this.#cursor.sees('(')) return this.#call(called, token.at)
    if (called === 'sqrt' && this.#cursor.sees('{')) {
      this.#cursor.count()
      return { kind: 'call', function: called, arguments: [this.#inside.group()], at: token.at }
    }
    return this.#names.textbookStates ? this.#textbookName(token, called) : this.#plainName(token)
  }

  /** The function that a name means where it is called. */
  #functionOf({ text, time }: Token): string | undefined {
    const { functions, variables, textbookStates } = this.#names
    if (time !== undefined) return undefined
    if (functions.has(text)) return text
    const known = isDeclared(this.#names, text) || (!textbookStates && variables.has(text))
    return isFunction(text) && !known ? functionName(text) : undefined
  }

  #call(name: string, at: number): Expression {
    this.#cursor.next()
    this.#cursor.count()
    return { kind: 'call', function: name, arguments: this.#inside.list(')', [',']), at }
  }

  #plainName({ text, at }: Token): Name {
    if (this.#cursor.sees('(')) this.#unknownFunction(text, at)
    const primed = this.#cursor.take("'") !== undefined
    if (this.#cursor.sees("'")) this.#cursor.fail('equation-syntax/primes', { name: text })
    return { kind: 'name', name: text, primed, at }
  }

  #textbookName({ text, time, at }: Token, called: string | undefined): Name {
    const { variables, textbookStates } = this.#names
    if (time === undefined) this.#withoutTime(text, called, at)
    else if (!variables.has(text)) this.#cursor.fail('equation-time/declared', { name: text }, at)
    return { kind: 'name', name: text, primed: time === 0 && textbookStates!.has(text), at }
  }

  /** Refuses what a name without a time index cannot be. */
  #withoutTime(text: string, called: string | undefined, at: number): void {
    if (this.#names.variables.has(text)) this.#missingTime(text, at)
    if (isDeclared(this.#names, text)) return
    if (called !== undefined) this.#cursor.fail('equation-function/brackets', { name: text }, at)
    if (swallowed.has(text)) this.#cursor.fail('equation-spelling/backslash', { name: text }, at)
    if (this.#cursor.sees('(')) this.#unknownFunction(text, at)
  }

  #missingTime(text: string, at: number): never {
    const { notation } = this.#names
    const [now, way] = [notation.local(text), notation.wayBack(text)]
    this.#cursor.fail('equation-time/missing', { name: text, now, way }, at)
  }

  /** `Tanh(…)` is not taken for a matrix. */
  refuseCapitalFunction({ text, at }: Token, ahead: number): void {
    if (!this.#cursor.sees('(', ahead) || isDeclared(this.#names, text) || !looksLikeFunction(text)) return
    const close = nearest(text.toLowerCase(), this.#names.functions)
    this.#cursor.fail('equation-function/capital', { name: text, nearest: close }, at)
  }

  #unknownFunction(name: string, at: number): never {
    const { variables, constants, functions, matrices, textbookStates } = this.#names
    if (variables.has(name) || constants.has(name) || matrices.has(name))
      return this.#cursor.fail('equation-function/value', { name }, at)
    const close = nearest(name, functions)
    if (close !== undefined)
      return this.#cursor.fail('equation-function/misspelt', { name, nearest: close }, at)
    const key = textbookStates ? 'equation-function/unknown-textbook' : 'equation-function/unknown'
    return this.#cursor.fail(key, { name }, at)
  }
}
