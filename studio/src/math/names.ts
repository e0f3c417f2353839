import { type MathNode, element, leaf } from './node.ts'

const letterNames =
  'α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi ' +
  'ρ rho σ sigma τ tau υ upsilon φ phi χ chi ψ psi ω omega ' +
  'Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega'

const greek: ReadonlyMap<string, string> = new Map(
  Array.from(letterNames.matchAll(/(\S) (\w+)/gu), ([, letter, name]) => [name!, letter!]),
)

const accents: Readonly<Record<string, string>> = { tilde: '~', hat: '^', bar: '¯' }

/** A name with its accents and subscripts: `C_tilde`, `W_f`; `time` is one more subscript, such as `t−1`. */
export function nameMath(name: string, time = ''): MathNode {
  const [head = '', ...rest] = name.split('_')
  const marks = rest.filter((part) => part in accents)
  const below = rest.filter((part) => !(part in accents)).map(letters)
  const base = marks.reduce(
    (under, mark) => element('mover', [under, leaf('mo', accents[mark]!)], { accent: 'true' }),
    leaf('mi', letters(head)),
  )
  const subscripts = [...below, ...(time === '' ? [] : [time])]
  if (subscripts.length === 0) return base
  return element('msub', [
    base,
    leaf(subscripts.join().startsWith('t') ? 'mtext' : 'mi', subscripts.join(',')),
  ])
}

/** The name of a parameter: letters behind the first are its subscript, `Wf` is W with f below. */
export function parameterMath(name: string): MathNode {
  const [, first, more] = /^(\p{L})(\p{L}{1,2})$/u.exec(name) ?? []
  return nameMath(first !== undefined && more !== undefined && !greek.has(name) ? `${first}_${more}` : name)
}

function letters(part: string): string {
  return greek.get(part) ?? part
}
