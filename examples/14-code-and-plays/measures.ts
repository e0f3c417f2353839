/** How well what was written keeps the rules of code. */
export interface CodeMeasures {
  /** Share of closing brackets that close the innermost open one. */
  readonly brackets: number
  /** Share of lines behind one that ends in an opening bracket that stand two spaces further in. */
  readonly indentation: number
}

const pairs: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

/** Measures code that was written, outside of its strings and comments. The last, unfinished part is left out. */
export function measureCode(code: string): CodeMeasures {
  const bare = code
    .replaceAll(/\/\*[\s\S]*?(\*\/|$)/g, '')
    .replaceAll(/'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g, "''")
    .replaceAll(/\/\/.*/g, '')
  return { brackets: brackets(bare), indentation: indentation(code) }
}

function brackets(code: string): number {
  const open: string[] = []
  let [right, all] = [0, 0]
  for (const character of code) {
    if ('([{'.includes(character)) open.push(character)
    const partner = pairs[character]
    if (partner === undefined) continue
    all++
    if (open.at(-1) === partner) right++
    const opened = open.lastIndexOf(partner)
    if (opened >= 0) open.length = opened // what was left open inside of it is forgotten
  }
  return right / Math.max(1, all)
}

function indentation(code: string): number {
  const lines = code.split('\n').slice(0, -1)
  const depth = (line: string): number => /^ */.exec(line)![0].length
  const opened = lines.slice(0, -1).flatMap((line, i) => (/[([{]$/.test(line) ? [[line, lines[i + 1]!]] : []))
  const right = opened.filter(([line, next]) => depth(next!) === depth(line!) + 2)
  return right.length / Math.max(1, opened.length)
}

/** Share of the paragraphs of a play that begin with the line of a known speaker and go on with what is spoken. */
export function measurePlay(play: string, speakers: ReadonlySet<string>): number {
  const paragraphs = play.split(/\n\n+/).slice(1, -1)
  const right = paragraphs.filter((paragraph) => {
    const [speaker = '', ...lines] = paragraph.split('\n')
    return speakers.has(speaker) && lines.length > 0 && lines.every((line) => line.trim() !== '')
  })
  return right.length / Math.max(1, paragraphs.length)
}
