/** LaTeX commands that are signs of the language. */
export const signCommands: ReadonlyMap<string, string> = new Map([
  ['cdot', '·'],
  ['times', '·'],
  ['odot', '*'],
  ['circ', '*'],
  ['ast', '*'],
  ['top', 'ᵀ'],
  ['intercal', 'ᵀ'],
  ['frac', '\\frac'],
  ['dfrac', '\\frac'],
  ['tfrac', '\\frac'],
  ['coloneqq', '='],
  ['leftarrow', '='],
  ['lbrack', '['],
  ['rbrack', ']'],
])

/** Commands that put an accent on a name. */
export const accentCommands: ReadonlyMap<string, string> = new Map([
  ['tilde', 'tilde'],
  ['widetilde', 'tilde'],
  ['hat', 'hat'],
  ['widehat', 'hat'],
  ['bar', 'bar'],
  ['overline', 'bar'],
])

/** Commands that choose the letters of a name and mean nothing. */
export const styleCommands: ReadonlySet<string> = new Set(
  (
    'mathbf mathrm mathit mathsf mathtt mathcal mathbb boldsymbol bm ' +
    'text textbf textit textrm textsf texttt mbox operatorname'
  ).split(' '),
)

/** Commands for functions and Greek letters whose names are others in the language. */
export const otherNames: ReadonlyMap<string, string> = new Map([
  ['ln', 'log'],
  ['varepsilon', 'epsilon'],
  ['varphi', 'phi'],
  ['vartheta', 'theta'],
])

const spaces = ['quad', 'qquad', 'thinspace', 'enspace', 'hfill', 'noindent', 'displaystyle', 'textstyle']
const sizes = ['left', 'right', 'middle', '[bB]igg?[lmr]?', 'limits', 'nolimits', 'nonumber', 'notag']
const withArgument = ['label', 'tag\\*?', 'hspace\\*?', 'vspace\\*?', 'phantom']

/** What is skipped, as the source of a regular expression: spacing, sizes of brackets, labels, `$`. */
export const ignored = [
  `\\\\(?:${[...spaces, ...sizes, 'bf', 'rm', 'it', 'sf'].join('|')})(?![a-zA-Z])`,
  `\\\\(?:${withArgument.join('|')})\\s*\\{[^{}\\n]*\\}`,
  '\\\\[,;:!> ()[\\]]',
  '[$~]',
].join('|')

/** `\\`, with or without a distance, and the ends of environments: where a line of LaTeX ends. */
export const lineEnd =
  /\\\\\*?(?:\[[\d.]+\s*[a-z]{2}\])?|\\(?:begin|end)\s*\{(?![a-zA-Z]*matrix)(?:(?:array|alignat\*?|alignedat|tabular)\}\s*\{[^{}\n]*|[a-zA-Z]+\*?)\}/uy

/** The beginning or the end of a matrix, which is a list of what stands one above the other. */
export const matrixEdge = /\\(begin|end)\s*\{[a-zA-Z]*matrix\*?\}/uy

/** What is left of commands in a string that swallowed their backslashes, or more: `\times` is a tab and `imes`. */
export const swallowed: ReadonlySet<string> = new Set(
  'cdot odot circ times imes left right ight tilde ilde hat frac rac mathbf mathrm text ext operatorname'.split(
    ' ',
  ),
)
