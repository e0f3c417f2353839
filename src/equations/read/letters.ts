const greekLetters =
  'α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi ' +
  'ρ rho σ sigma τ tau υ upsilon φ phi χ chi ψ psi ω omega ' +
  'Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega'

/** Greek letters by their names, as LaTeX commands spell them. */
export const greekByName: ReadonlyMap<string, string> = new Map(
  Array.from(greekLetters.matchAll(/(\S) (\w+)/gu), ([, letter, name]) => [name!, letter!]),
)

/** Names of Greek letters, and of the other forms that some have. */
const greekNames: ReadonlyMap<string, string> = new Map([
  ...Array.from(greekByName, ([name, letter]): [string, string] => [letter, name]),
  ['ϵ', 'epsilon'],
  ['ϕ', 'phi'],
  ['ϑ', 'theta'],
  ['µ', 'mu'],
])

/** The combining marks of the accents that a name may have. */
export const markOf: Readonly<Record<string, string>> = { tilde: '\u0303', hat: '\u0302', bar: '\u0304' }

const accentOf: ReadonlyMap<string, string> = new Map(
  Object.entries(markOf).map(([accent, mark]) => [mark, accent]),
)

/** Marks as a class of a regular expression. */
export const marks = [...accentOf.keys()].join('')

const small = 'aₐ eₑ hₕ iᵢ jⱼ kₖ lₗ mₘ nₙ oₒ pₚ rᵣ sₛ tₜ uᵤ vᵥ xₓ +₊ -₋ 0₀ 1₁ 2₂ 3₃ 4₄ 5₅ 6₆ 7₇ 8₈ 9₉'
const raised = '-⁻ 0⁰ 1¹ 2² 3³ 4⁴ 5⁵ 6⁶ 7⁷ 8⁸ 9⁹'

const pairs = (text: string): readonly [string, string][] =>
  text.split(' ').map(([plain, other]) => [plain!, other!])

/** Letters, digits and signs that exist as subscripts. */
export const subscriptOf: ReadonlyMap<string, string> = new Map(pairs(small))

/** Digits and the minus sign as superscripts. */
export const superscriptOf: ReadonlyMap<string, string> = new Map(pairs(raised))

const plainOf: ReadonlyMap<string, string> = new Map(
  [...subscriptOf, ...superscriptOf].map(([plain, other]) => [other, plain]),
)

/** Subscripts and superscripts as classes of a regular expression. */
export const [subscripts, superscripts] = [subscriptOf, superscriptOf].map((map) =>
  [...map.values()].join(''),
) as [string, string]

/** Subscript or superscript characters as plain ones. */
export function onTheLine(text: string): string {
  return [...text].map((letter) => plainOf.get(letter) ?? letter).join('')
}

/**
 * The name that letters spell: `C̃` is C_tilde, a Greek letter that stands alone has its English name, and the
 * mathematical alphabets are plain letters.
 */
export function spelledName(letters: string): string {
  const last = accentOf.get(letters.at(-1)!)
  if (last !== undefined) return `${spelledName(letters.slice(0, -1))}_${last}`
  const plain = letters.normalize('NFKC')
  const [base = '', mark = '', ...more] = plain.normalize('NFD')
  const accent = more.length === 0 ? accentOf.get(mark) : undefined
  if (accent !== undefined) return `${spelledName(base)}_${accent}`
  return greekNames.get(plain) ?? plain
}
