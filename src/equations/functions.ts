import { nearest } from './nearest.ts'

/** The functions of the language and how many arguments each takes. */
export const functions: ReadonlyMap<string, number> = new Map(
  Object.entries({
    sigmoid: 1,
    tanh: 1,
    relu: 1,
    leaky_relu: 1,
    elu: 1,
    softplus: 1,
    exp: 1,
    log: 1,
    log_sigmoid: 1,
    abs: 1,
    sqrt: 1,
    softsign: 1,
    hard_sigmoid: 1,
    identity: 1,
    max: 2,
    min: 2,
    clip: 3,
    norm: 3,
    block: 3,
    attend: 3,
    attend_additive: 4,
  }),
)

/** Settings of the functions that have fixed ones. */
export const functionAttributes: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  leaky_relu: { slope: 0.01 },
  elu: { alpha: 1 },
}

/** Other spellings of function names. */
const synonyms: ReadonlyMap<string, string> = new Map([
  ['sigma', 'sigmoid'],
  ['ReLU', 'relu'],
  ['LeakyReLU', 'leaky_relu'],
  ['ELU', 'elu'],
])

/** The function that a name means. */
export function functionName(name: string): string {
  return synonyms.get(name) ?? name
}

/** Whether a name means a function. */
export function isFunction(name: string): boolean {
  return functions.has(functionName(name))
}

/** Whether a capitalised name in front of a bracket is rather a function, misspelt or not: `Tanh`, `Sigmod`. */
export function looksLikeFunction(name: string): boolean {
  const small = name.toLowerCase()
  const alike = [...functions.keys()].filter((known) => known[0] === small[0])
  return isFunction(name) || (small.length > 2 && nearest(small, alike) !== undefined)
}

/** Whether a parameter that no header declares is a matrix where it stands beside a vector. */
export function isMatrixName(name: string): boolean {
  return /^\p{Lu}/u.test(name)
}
