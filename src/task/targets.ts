import { SluiceError } from '../core/errors.ts'
import { Classes, type TokenKind, isList, presentText, tokenizerFromJSON, tokenizerOf } from '../data/all.ts'
import { type Item, cellAt, entryPlace, listAt, textAt } from './items.ts'
import { whereOf } from './inputs.ts'

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

/** What collects the tokens of texts that are written. */
export class TextTargets {
  readonly #column: string
  readonly #texts: string[] = []

  constructor(column: string) {
    this.#column = column
  }

  add(item: Item): void {
    this.#texts.push(textAt(item, this.#column))
  }

  finish(kind: TokenKind = 'characters', size?: number): TargetReader {
    const all = this.#texts.join(kind === 'characters' ? '' : '\n')
    const tokens = tokenizerOf(all, kind, size).toJSON()
    return textTarget({ kind: 'text', column: this.#column, tokens })
  }
}
