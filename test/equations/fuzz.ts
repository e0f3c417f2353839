import { fileURLToPath } from 'node:url'
import { library } from '../../src/cells/index.ts'
import { Stream } from '../../src/core/random.ts'
import {
  type Cell,
  EquationError,
  type Spelling,
  canonicalText,
  cellText,
  compile,
} from '../../src/equations/index.ts'
import { fittingCell, pick } from './random-cells.ts'

/*
 * A fuzzer that knows the grammar: `node --import tsx test/equations/fuzz.ts 1000000 SEED`. Whatever it feeds in, the
 * answer is a cell or an EquationError, soon; and a cell prints in every spelling to what reads back as the same cell.
 */

const spellings: readonly Spelling[] = ['plain', 'unicode', 'latex']

const controls: Readonly<Record<string, string>> = {
  space: ' ',
  newline: '\n',
  tab: '\t',
  nul: '\u0000',
  mark: '\u0303',
}

/** Pieces of both spellings, whole and broken; `~` is a space. */
const pieces = String.raw`
  h x c W U f_t h_{t-1} x_t C̃_t hₜ₋₁ xₜ h' c' W_f W_{f,t} Ux_t Wh_{t-1} hidden input é 𝐖 😀
  _ _t _{t-1} _{t-2} _{t+1} ' ^ ^T ^{\top} ^{2} ² ᵀ ^{(l)} _{ } { \tilde{C}_t \hat{C} \mathbf{h} \foo \\ \
  \text{learn} \sigma \tanh \frac{ \sqrt{ \operatorname{relu} \left( \right) \cdot \odot & $ ( ) [ ] , ; : = + -
  \begin{align} \end{align} \begin{bmatrix} \end{bmatrix} * / @ · ⊙ . % # sigmoid( tanh( max( norm( block( clip(
  attend( phi( 0 1 2.5 1e999 3e 10000000000000000 learn: space newline tab nul mark
  ;input~E; ;state~h:~2*hidden; ;state~c~=~learned; ;output~o:~p; ;size~p; ;const~beta~=~2; ;fun~phi~=~relu;
  ;matrix~u; ;vector~P:~hidden; ;memory~M; ;forget~f_t~=~`
  .trim()
  .split(/\s+/u)
  .map((piece) => controls[piece] ?? piece.replaceAll('~', ' '))

const tokens = /\\[a-zA-Z]+|[\p{L}\p{Nd}\p{M}]+|\s+|./gsu

/** The text of a cell in any spelling. */
function wholeText(stream: Stream): string {
  const plain = stream.below(4) === 0 ? pick(stream, library).equations : fittingCell(stream)
  return stream.below(3) === 0 ? plain : cellText(compile(plain), pick(stream, spellings))
}

/** A text with some of its pieces changed. */
function damaged(stream: Stream, text: string): string {
  const list = text.match(tokens) ?? []
  const changes = pick(stream, [0, 1, 1, 1, 2, 2, 3, 5, 10])
  for (let i = 0; i < changes; i++) change(stream, list)
  return list.join('')
}

function change(stream: Stream, list: string[]): void {
  const at = stream.below(list.length + 1)
  switch (stream.below(8)) {
    case 0:
      list.splice(at, 1 + stream.below(2))
      break
    case 1:
      list.splice(at, 0, ...list.slice(at, at + 1 + stream.below(8)))
      break
    case 2:
      list.splice(at, 1, list[stream.below(list.length)] ?? '')
      break
    case 3:
      swapWords(stream, list)
      break
    case 4:
      list.splice(at, 0, ...list.slice(stream.below(list.length)).slice(0, 6))
      break
    case 5:
      list.splice(at, 1, ...Array.from({ length: repeats(stream) }, () => list[at] ?? ' '))
      break
    default:
      list.splice(at, stream.below(2), pick(stream, pieces))
  }
}

/** How often a piece is repeated: a few times, and now and then very often. */
function repeats(stream: Stream): number {
  return stream.below(200) === 0 ? stream.below(20_000) : 2 + stream.below(4)
}

/** Puts one word of the text where another is. */
function swapWords(stream: Stream, list: string[]): void {
  const words = list.flatMap((text, index) => (/^[\\\p{L}]/u.test(text) ? [index] : []))
  if (words.length > 0) list[pick(stream, words)] = list[pick(stream, words)]!
}

function soup(stream: Stream): string {
  return Array.from({ length: 1 + stream.below(40) }, () => pick(stream, pieces)).join('')
}

/** Inputs that are made from one cell. */
const perCell = 8

/** What a fuzzing run saw. */
export interface Fuzzed {
  cells: number
  errors: Map<string, number>
  /** The slowest input, in milliseconds of processor time. */
  slowest: number
  slowestText: string
}

/** Feeds `count` inputs. Throws at the first that is answered with anything but a cell or an EquationError. */
export function fuzz(count: number, seed: number): Fuzzed {
  const seen: Fuzzed = { cells: 0, errors: new Map(), slowest: 0, slowestText: '' }
  let whole = ''
  for (let i = 0; i < count; i++) {
    const stream = new Stream(seed, i)
    if (i % perCell === 0) whole = wholeText(stream)
    const text = stream.below(10) === 0 ? soup(stream) : damaged(stream, whole)
    const start = process.cpuUsage()
    const answer = answerTo(text)
    const { user, system } = process.cpuUsage(start)
    if ((user + system) / 1000 > seen.slowest)
      Object.assign(seen, { slowest: (user + system) / 1000, slowestText: text })
    if (typeof answer === 'string') seen.errors.set(answer, (seen.errors.get(answer) ?? 0) + 1)
    else {
      seen.cells++
      requireTheSameBack(answer, pick(stream, spellings), text)
    }
  }
  return seen
}

function answerTo(text: string): Cell | string {
  try {
    return compile(text)
  } catch (error) {
    if (!(error instanceof EquationError))
      throw new Error(`no EquationError for ${JSON.stringify(text)}`, { cause: error })
    const { line, column, message, excerpt, code } = error
    const placed = line >= 1 && column >= 1 && excerpt.endsWith('^') && !message.includes('\n')
    if (!placed)
      throw new Error(`an error without a place for ${JSON.stringify(text)}: ${error.details}`, {
        cause: error,
      })
    return code
  }
}

function requireTheSameBack(cell: Cell, spelling: Spelling, text: string): void {
  const printed = cellText(cell, spelling)
  try {
    const back = compile(printed)
    const isSame = canonicalText(back.step) === canonicalText(cell.step) && traces(back) === traces(cell)
    if (!isSame) throw new Error('another cell')
  } catch (error) {
    throw new Error(`${JSON.stringify(text)} printed in ${spelling} does not read back:\n${printed}`, {
      cause: error,
    })
  }
}

function traces({ step }: Cell): string {
  return step.traces.map(({ name }) => name).join(' ')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [count, seed] = [process.argv[2] ?? '100000', process.argv[3] ?? '1'].map(Number)
  const { cells, errors, slowest, slowestText } = fuzz(count!, seed!)
  console.log(`${count} inputs: ${cells} cells; the slowest took ${slowest.toFixed(0)} ms:\n${slowestText}`)
  for (const [code, times] of [...errors].toSorted((a, b) => b[1] - a[1])) console.log(`${code}: ${times}`)
}
