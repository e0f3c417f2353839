import { SluiceError } from '../core/errors.ts'
import { Classes, type TokenKind, isList, presentText, tokenizerFromJSON, tokenizerOf } from '../data/all.ts'
import { type Item, cellAt, entryPlace, listAt, textAt } from './items.ts'
import { mostText, whereOf } from './inputs.ts'

/** How targets stand in a table: one class an item, a class each step, or a text. */
export type TargetCodec =
  | { readonly kind: 'class' | 'labels'; readonly column: string; readonly classes: readonly string[] }
  | { readonly kind: 'text'; readonly column: string; readonly tokens: unknown }

/** What reads the target of an item. */
export interface TargetReader {
  readonly codec: TargetCodec
  /** Classes that a model chooses between. */
  readonly names: readonly string[]
  /** @throws SluiceError `table-cell`, `class-unknown`, `class-differs` or `unknown-character` */
  read(item: Item): Int32Array
}

/** The names in the target of an item: one, or one a step. */
export function labelsAt(item: Item, column: string, kind: 'class' | 'labels'): readonly string[] {
  const cell = cellAt(item, column)
  if (kind === 'class' && !isList(cell)) return [textAt(item, column).trim()]
  const labels = listAt(item, column).map((entry, index) =>
    presentText(entry as string, () => entryPlace(item, column, index, true)).trim(),
  )
  if (kind === 'labels') return labels
  const other = labels.findIndex((label) => label !== labels[0])
  if (other < 0) return labels.slice(0, 1)
  throw new SluiceError('class-differs', {
    ...entryPlace(item, column, other, true),
    label: labels[other]!,
    first: labels[0]!,
  })
}

/** What reads targets as their codec says. @throws SluiceError for a codec that is damaged */
export function targetReader(codec: TargetCodec): TargetReader {
  if (codec.kind === 'text') return textTarget(codec)
  const { column, kind } = codec
  const classes = Classes.fromJSON(codec.classes)
  return {
    codec,
    names: classes.names,
    read: (item) =>
      Int32Array.from(labelsAt(item, column, kind), (label) => classes.number(label, whereOf(item, column))),
  }
}

function textTarget(codec: Extract<TargetCodec, { readonly kind: 'text' }>): TargetReader {
  const tokenizer = tokenizerFromJSON(codec.tokens)
  const { column } = codec
  return {
    codec,
    names: tokenizer.symbols,
    read: (item) => tokenizer.encode(textAt(item, column), whereOf(item, column)),
  }
}

/** What collects the tokens of texts that are written: all of their characters, or words and pairs of bytes of the first texts. */
export class TextTargets {
  readonly #column: string
  readonly #kind: TokenKind
  readonly #characters = new Set<string>()
  readonly #texts: string[] = []
  #length = 0

  constructor(column: string, kind: TokenKind = 'characters') {
    this.#column = column
    this.#kind = kind
  }

  add(item: Item): void {
    const text = textAt(item, this.#column)
    if (this.#kind === 'characters') for (const each of text) this.#characters.add(each)
    else if (this.#length <= mostText) this.#texts.push(text)
    this.#length += text.length
  }

  finish(size?: number): TargetReader {
    const kind = this.#kind
    const all = kind === 'characters' ? [...this.#characters].join('') : this.#texts.join('\n')
    const tokens = tokenizerOf(all, kind, size).toJSON()
    return textTarget({ kind: 'text', column: this.#column, tokens })
  }
}
