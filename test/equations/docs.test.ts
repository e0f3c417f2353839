import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { codeBlocks } from '../../scripts/readme-blocks.ts'
import { library } from '../../src/cells/index.ts'
import { canonicalText, compile } from '../../src/equations/index.ts'
import { functions } from '../../src/equations/functions.ts'
import { mistake } from './mistakes.ts'

const page = readFileSync(new URL('../../docs/equations.md', import.meta.url), 'utf8')

/**
 * Blocks of equations in docs/equations.md. What stands behind `eq` says what they are: nothing, a cell; `wrong`, the
 * error in the block below; `same`, the cell of the block above with names changed as said, `Wf=W_f`; the name of a
 * cell of the library, that cell once names are changed as said.
 */
const blocks = codeBlocks(page, ['eq', 'text'])
const examples = blocks.flatMap((block, index) =>
  block.language === 'eq'
    ? [{ ...block, before: blocks[index - 1]?.code, after: blocks[index + 1]?.code }]
    : [],
)

/** What an example gives and what the page says that it gives. */
function readingOf({ note, code, before, after }: (typeof examples)[number]): readonly [unknown, unknown] {
  const [kind = '', ...pairs] = note.split(' ').filter((word) => word !== '')
  const renaming = Object.fromEntries(pairs.map((pair) => pair.split('=')))
  const canon = (text: string | undefined, names = {}): string =>
    canonicalText(compile(text ?? '').step, names)
  if (kind === 'wrong') return [`${mistake(code).details}\n`, after]
  if (kind === 'same') return [canon(code), canon(before, renaming)]
  if (kind === '') return [typeof canon(code), 'string']
  return [canon(code, renaming), canon(library.find(({ name }) => name === kind)?.equations)]
}

describe('the examples of docs/equations.md', () => {
  test.each(examples)('line $line $note', (example) => {
    const [given, wanted] = readingOf(example)
    expect(given).toBe(wanted)
  })

  test('show every rule and what breaking it gives', () => {
    const rules = page.split(/^### (?=\d+\. )/m).slice(1)
    expect(rules.map((text) => Number.parseInt(text, 10))).toEqual(
      Array.from({ length: 14 }, (_, i) => i + 1),
    )
    for (const rule of rules) expect(rule).toContain('```eq wrong')
  })

  test('name every function', () => {
    expect([...functions.keys()].filter((name) => !page.includes(`\`${name}`))).toEqual([])
  })
})
