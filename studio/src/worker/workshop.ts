import { type Model, type Text, cell, decodeModel, encodeModel, model, sample, text } from 'sluice'
import { type Edit, intervene } from 'sluice/inspect'
import type { Trainable } from 'sluice/train'
import type { ModelInfo, ModelSpec, SampleSpec, TextInfo } from './messages.ts'
import { studioRuntime } from './runtime.ts'

/** A text as it was read, before a model's vocabulary is laid on it. */
export interface Source {
  readonly name: string
  readonly content: string
}

/** What the studio works on: one text and one model. */
export class Workshop {
  #source: Source | undefined
  #model: Model | undefined
  #modelSource = ''
  #isLoaded = false
  #id = 0
  /** Updates that the model has had. */
  step = 0

  /** Takes a text to train on. @throws SluiceError `text-empty` or `text-surrogate` */
  read(content: string, name: string): TextInfo {
    const { tokens, vocabulary } = text.from(content, { name })
    this.#source = { name, content }
    return { name, length: tokens.length, symbols: vocabulary.size }
  }

  /** The text as it was read. */
  get source(): Source {
    if (!this.#source) throw new Error('No text was read yet.')
    return this.#source
  }

  /** The text without what the model does not know. */
  get readable(): string {
    return readable(this.source.content, this.model)
  }

  /** The text by the symbols of the model. @throws SluiceError `unknown-character` where the model lacks one */
  get text(): Text {
    return readBy(this.model, this.source)
  }

  get model(): Model {
    if (!this.#model) throw new Error('There is no model yet.')
    return this.#model
  }

  make({ cell: { name, equations, init }, hidden, layers, seed }: ModelSpec): ModelInfo {
    const { name: source, content } = this.source
    const { vocabulary } = text.from(content)
    const factory = cell(name, equations, { init })
    const stack = Array.from({ length: layers }, () => factory(hidden))
    return this.#use(model({ input: vocabulary, layers: stack, seed }), source, false)
  }

  load(bytes: Uint8Array, name: string): ModelInfo {
    return this.#use(decodeModel(bytes, name), name, true)
  }

  /** Takes a text, and a model of it that has had some updates. */
  take(made: Model, source: Source, step: number): void {
    this.#use(made, source.name, false)
    this.#source = source
    this.step = step
  }

  /** Takes a model; one that cannot be shown leaves everything as it was. */
  #use(made: Model, source: string, isLoaded: boolean): ModelInfo {
    layersOf(made)
    this.#isLoaded = isLoaded
    this.#model = made
    this.#modelSource = source
    this.#id++
    this.step = 0
    return this.info()
  }

  save(): Uint8Array<ArrayBuffer> {
    return encodeModel(this.model)
  }

  info(): ModelInfo {
    const { vocabulary, size } = this.model
    return {
      id: this.#id,
      layers: layersOf(this.model),
      symbols: vocabulary.symbols,
      weights: size,
      step: this.step,
      isLoaded: this.#isLoaded,
      source: this.#modelSource,
    }
  }

  /** The model, with some of its values changed. */
  edited(edits: readonly Edit[] = []): Trainable {
    return edits.length === 0 ? this.model : intervene(this.model, edits)
  }

  async sample({ prime, steps, edits, ...spec }: SampleSpec): Promise<string> {
    const { runtime } = await studioRuntime()
    let written = ''
    const { vocabulary } = this.model
    const all = readable(prime, this.model)
    const known = steps === undefined ? all : vocabulary.decode(vocabulary.encode(all).subarray(0, steps))
    for await (const piece of sample(this.edited(edits), { ...spec, prime: known, runtime })) written += piece
    return written
  }
}

/** A text by the symbols of a model. @throws SluiceError `unknown-character` where the model lacks one */
export function readBy({ vocabulary }: Model, { name, content }: Source): Text {
  return text.from(content, { name, vocabulary })
}

/** The cells of a model. @throws Error for people where it has something else */
function layersOf({ config }: Model): ModelInfo['layers'] {
  return config.layers.map((layer) => {
    if (!('equations' in layer))
      throw new Error('The studio shows stacks of cells, and this model has branches.')
    const { name, equations, init } = layer
    return { cell: { name, equations, init }, units: layer.sizes['hidden'] ?? 0 }
  })
}

/** A text without the characters that a model does not know; models of words and of pieces of words read any text. */
export function readable(content: string, { vocabulary }: Model): string {
  if (vocabulary.kind !== 'characters') return content
  return [...content].filter((symbol) => vocabulary.token(symbol) !== undefined).join('')
}
