/** One step of a cell as a case file writes it: `c_prev` is the state before the step, a bare `c` after it. */
export interface Equations {
  readonly equations: readonly string[]
  /** States that are carried from step to step. */
  readonly carried: readonly string[]
  /** The name whose value after each step is the output. */
  readonly output: string
  readonly constants: ReadonlyMap<string, number>
}

/** Functions that the language calls differently. */
const renamed: ReadonlyMap<string, string> = new Map([
  ['LN', 'norm'],
  ['maximum', 'max'],
])

/** The equations in the plain spelling: `c` before the step and `c'` after it. */
export function translate({ equations, carried, output, constants }: Equations): string {
  const spell = (name: string): string => {
    if (carried.includes(name)) return `${name}'`
    const state = carried.find((each) => name === `${each}_prev`)
    return state ?? renamed.get(name) ?? name
  }
  return [
    `output ${output}`,
    ...Array.from(constants, ([name, value]) => `const ${name} = ${value}`),
    ...equations.map((equation) => brackets(equation.replaceAll(/[A-Za-z]\w*/g, spell))),
  ].join('\n')
}

/** `concat(a, b)` as `[a, b]`. */
function brackets(text: string): string {
  const closing: string[] = []
  return text.replaceAll(/concat\(|[()]/g, (sign) => {
    if (sign === ')') return closing.pop() ?? sign
    closing.push(sign === '(' ? ')' : ']')
    return sign === '(' ? sign : '['
  })
}
