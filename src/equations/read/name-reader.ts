import type { Cursor } from './cursor.ts'
import { functionName, isFunction, looksLikeFunction } from '../functions.ts'
import { type KnownNames, isDeclared } from './known-names.ts'
import { swallowed } from './latex.ts'
import { didYouMean } from '../nearest.ts'
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
    if (this.#cursor.sees("'"))
      this.#cursor.fail(`"${text}" has more than one prime; one marks the new value of a state`)
    return { kind: 'name', name: text, primed, at }
  }

  #textbookName({ text, time, at }: Token, called: string | undefined): Name {
    const { variables, textbookStates } = this.#names
    if (time === undefined) this.#withoutTime(text, called, at)
    else if (!variables.has(text))
      this.#cursor.fail(
        `"${text}" is declared in a header as something that does not change; leave its time index out`,
        'equation-time',
        at,
      )
    return { kind: 'name', name: text, primed: time === 0 && textbookStates!.has(text), at }
  }

  /** Refuses what a name without a time index cannot be. */
  #withoutTime(text: string, called: string | undefined, at: number): void {
    if (this.#names.variables.has(text)) this.#missingTime(text, at)
    if (isDeclared(this.#names, text)) return
    if (called !== undefined) {
      const why = `"${text}" is a function; give it an argument in brackets: ${text}(…)`
      this.#cursor.fail(why, 'equation-function', at)
    }
    if (swallowed.has(text)) {
      const why =
        `"${text}" looks like a LaTeX command that lost its backslash; ` +
        'in JavaScript write the text as String.raw`…`, or declare the name'
      this.#cursor.fail(why, 'equation-spelling', at)
    }
    if (this.#cursor.sees('(')) this.#unknownFunction(text, at)
  }

  #missingTime(text: string, at: number): never {
    const { notation } = this.#names
    const why =
      `"${text}" changes with time, so it needs an index: read ${notation.local(text)}, or ${notation.wayBack(text)} ` +
      'for the step before; a parameter needs another name'
    this.#cursor.fail(why, 'equation-time', at)
  }

  /** `Tanh(…)` is not taken for a matrix. */
  refuseCapitalFunction({ text, at }: Token, ahead: number): void {
    if (!this.#cursor.sees('(', ahead) || isDeclared(this.#names, text) || !looksLikeFunction(text)) return
    const meant = didYouMean(text.toLowerCase(), this.#names.functions)
    this.#cursor.fail(
      `unknown function "${text}".${meant} A matrix of this name needs a header: matrix ${text}`,
      'equation-function',
      at,
    )
  }

  #unknownFunction(name: string, at: number): never {
    const { variables, constants, functions, matrices, textbookStates } = this.#names
    const known = variables.has(name) || constants.has(name) || matrices.has(name)
    const [entries, product] = textbookStates
      ? ['a_t ⊙ (…)', 'W (…) with a capital letter']
      : ['a * (…)', 'W @ (…)']
    const others = ` If it is one, name it in a header: fun ${name} = tanh. A matrix product is written ${product}, a product of entries ${entries}`
    const meant = known
      ? ` "${name}" is no function; write ${name} * (…) for a product of entries`
      : didYouMean(name, functions) || others
    this.#cursor.fail(`unknown function "${name}".${meant}`, 'equation-function', at)
  }
}
