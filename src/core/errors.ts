import { catalogue } from './catalogue.ts'
import type { laterCatalogue } from './later-catalogue.ts'
import type { nodeCatalogue } from './node-catalogue.ts'
import { nodeMessages } from './node-messages.ts'

type Catalogue = typeof catalogue & typeof laterCatalogue & typeof nodeCatalogue

/** Names of all messages: a code, or `code/variant` where a code has several. */
export type MessageKey = keyof Catalogue

/** Stable identifiers of the kinds of errors, such as `text-empty`; docs/errors.md lists them. */
export type ErrorCode = MessageKey extends infer Key
  ? Key extends `${infer Code}/${string}`
    ? Code
    : Key
  : never

type Value = string | number

/** A name in braces is a value if it has two letters or more and begins with a small one: not `{C}` or `h_{t-1}`. */
type ValueName<Name> = Name extends `${string}-${string}`
  ? never
  : Name extends `${infer First}${infer More}`
    ? '' extends More
      ? never
      : First extends Uppercase<First>
        ? never
        : Name
    : never

type Names<Template> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? ValueName<Name> | Names<Rest>
  : never

/** A template without its optional parts. */
type Always<Template> = Template extends `${infer Before}[${string}]${infer After}`
  ? `${Before}${Always<After>}`
  : Template

/** The values of a message; those that stand in an optional part alone may be left out. */
export type MessageValues<Key extends MessageKey> = {
  readonly [Name in Names<Always<Catalogue[Key]>>]: Value
} & { readonly [Name in Names<Catalogue[Key]>]?: Value | undefined }

/** What follows a key: its values, which may be left out where all of them may, and a cause. */
export type Given<Key extends MessageKey> =
  Partial<MessageValues<Key>> extends MessageValues<Key>
    ? [values?: MessageValues<Key>, options?: ErrorOptions]
    : [values: MessageValues<Key>, options?: ErrorOptions]

/**
 * An error for people: `message` is one line that says what is wrong, where, and what to do. All messages stand in the
 * folder errors.
 */
export class SluiceError<Key extends MessageKey = MessageKey> extends Error {
  readonly code: ErrorCode
  /** Which of the messages of its code it is. */
  readonly key: Key
  /** What the message was filled in with. */
  readonly values: Readonly<Record<string, Value | undefined>>

  constructor(key: Key, ...given: Given<Key>) {
    const [values = {}, options] = given
    super(fillIn(templateOf(key), values), options)
    this.name = 'SluiceError'
    this.code = key.replace(/\/.*/, '') as ErrorCode
    this.key = key
    this.values = values
  }
}

type UnsupportedKey = Extract<MessageKey, `unsupported/${string}`>

/** A runtime, plan or machine that cannot do what was asked; the only error on which `auto` falls back. */
export class Unsupported<Key extends UnsupportedKey = UnsupportedKey> extends SluiceError<Key> {
  constructor(key: Key, ...given: Given<Key>) {
    super(key, ...given)
    this.name = 'Unsupported'
  }
}

/** A broken promise inside Sluice: never the user's fault, always worth a report. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new SluiceError('internal', { problem: message })
}

type Templates = Readonly<Record<string, string>>

const known: Templates[] = [catalogue, nodeMessages]

/** Makes messages known that are loaded with what gives them (see later-messages.ts). */
export function addMessages(templates: Templates): void {
  if (!known.includes(templates)) known.push(templates)
}

/** The template of a message; its key where a page has it not (see no-node-messages.ts). */
function templateOf(key: MessageKey): string {
  return known.find((templates) => key in templates)?.[key] ?? key
}

/** The text of a template: `{name}` is a value; `[… {name}]` goes where a value of it is absent. */
export function fillIn(
  template: string,
  values: Readonly<Record<string, string | number | undefined>>,
): string {
  const named = /\{([a-z]\w+)\}/g
  const isThere = (part: string): boolean =>
    [...part.matchAll(named)].every(([, name]) => values[name!] !== undefined)
  return template
    .replace(/\[([^[\]]*\{[^[\]]*)\]/g, (_whole, part: string) => (isThere(part) ? part : ''))
    .replace(named, (_whole, name: string) => String(values[name]))
}
