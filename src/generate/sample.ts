import { Turns } from '../core/turns.ts'
import { SluiceError } from '../core/errors.ts'
import { Stream } from '../core/random.ts'
import { type TokenDecoder, knownKeys, wholeNumber } from '../data/index.ts'
import type { Input, RuntimeSource, Session, Tensors, Trainable } from '../train/index.ts'
import { type Choice, chooseToken, resolveChoice } from './choose.ts'

/** Where a text stands: what sampling continues from. */
export interface SamplingState {
  /** Recurrent states `[1][size]` after all tokens but `token`. */
  readonly states: Tensors
  /** Last token of the text, which the model has not read yet. */
  readonly token: number
  /** Random numbers drawn so far. */
  readonly draws: number
  /** Tokens before this that the next piece of text depends on, such as the first bytes of a character. */
  readonly context?: readonly number[]
}

/** What is sampled. */
export interface SampleOptions extends Choice {
  readonly runtime: RuntimeSource
  /** Text that the model reads first; it is not given back. */
  readonly prime?: string
  /** Tokens to give, which are characters unless the model reads others. Default 500. */
  readonly length?: number
  /** Default 1. The same seed gives the same text. */
  readonly seed?: number
  /** Continues a text: with the same seed and settings it goes on as if it had been sampled in one. */
  readonly state?: SamplingState
  /** Ends sampling after the next token, without an error. */
  readonly signal?: AbortSignal
}

const known = ['runtime', 'prime', 'length', 'seed', 'state', 'signal', 'temperature', 'topK', 'topP']

/** Longest piece of a priming text that is read in one call. */
const longestRead = 64

/** Milliseconds that sampling may keep the event loop waiting. */
const longestBlock = 4

const reading = { mode: 'forward', training: false } as const

/** Samples text from a model with its current weights: give the result to `for await`, one piece a token, which may be empty. */
export function sample(model: Trainable, options: SampleOptions): Sampling {
  return new Sampling(model, options)
}

/** A text that is being sampled; it is iterated over once. */
export class Sampling implements AsyncIterable<string> {
  readonly #model: Trainable
  readonly #runtime: RuntimeSource
  readonly #choice: Required<Choice>
  readonly #length: number
  readonly #signal: AbortSignal | undefined
  readonly #random: Stream
  /** Tokens to read before the first choice, at least one. */
  readonly #prime: Int32Array
  /** Tokens of the text so far. */
  readonly #decoder: TokenDecoder
  #before: Tensors | undefined
  /** Where the text stands; as a function while the session still has the states. */
  #state: SamplingState | (() => SamplingState) | undefined
  #started = false
  readonly #turns = new Turns(longestBlock)
  /** Milliseconds that the last call took. */
  #taken = 0

  constructor(model: Trainable, options: SampleOptions) {
    knownKeys('sample', options, known)
    const { runtime, prime = '', length = 500, seed = 1, state, signal, ...choice } = options
    this.#choice = resolveChoice(choice)
    this.#model = model
    this.#runtime = runtime
    this.#length = wholeNumber('length', length, 0)
    this.#signal = signal
    this.#random = new Stream(wholeNumber('seed', seed, 0))
    const given = model.vocabulary.encode(prime, 'the priming text')
    if (state) this.#random.position = state.draws
    this.#before = state?.states
    const first = state ? [state.token] : given.length > 0 ? [] : [firstToken(model)]
    this.#prime = Int32Array.from([...first, ...given])
    this.#decoder = model.vocabulary.decoder([...(state?.context ?? []), ...given])
    this.#state = state
  }

  /** Where the text stands now, to continue it later; there once a piece was given. */
  get state(): SamplingState {
    this.#settle()
    if (typeof this.#state === 'object') return this.#state
    throw new SluiceError('sampling-state')
  }

  #settle(): void {
    if (typeof this.#state === 'function') this.#state = this.#state()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    if (this.#started) throw new SluiceError('sampling-used')
    this.#started = true
    const steps = Math.min(longestRead, this.#prime.length)
    const { Session: Opened } = await import('../train/session.ts') // a page may never sample
    const session = await Opened.open(this.#model, this.#runtime, { rows: 1, steps, training: false })
    try {
      if (this.#before) session.setStates(this.#before)
      let tokens = this.#prime
      for (let count = 0; count < this.#length && !this.#signal?.aborted; count++) {
        const token = this.#choose(await this.#read(session, tokens, steps))
        const piece = this.#decoder.next(token)
        this.#state = () => this.#stateAfter(session, token)
        yield piece
        tokens = Int32Array.of(token)
      }
    } finally {
      this.#settle()
      session.dispose()
    }
  }

  #stateAfter(session: Session, token: number): SamplingState {
    const { context } = this.#decoder
    const before = { states: session.states(), token, draws: this.#random.position }
    return context.length === 0 ? before : { ...before, context }
  }

  /** Reads tokens, at most `most` in a call, and gives the logits after the last. */
  async #read(session: Session, tokens: Int32Array, most: number): Promise<ArrayLike<number>> {
    const { size } = this.#model.vocabulary
    let steps = 0
    for (let at = 0; at < tokens.length; at += steps) {
      steps = Math.min(most, tokens.length - at)
      await this.#run(session, { steps, inputs: { tokens: tokens.subarray(at, at + steps) } })
    }
    return session.read('logits').subarray((steps - 1) * size, steps * size)
  }

  /**
   * Runs a window on this thread where that is short, since going through the event loop would add a good part, and
   * another thread would not find those that help it awake; but gives the event loop a turn every few milliseconds.
   */
  #run(session: Session, input: Input): Promise<void> | undefined {
    if (!this.#turns.isDue(this.#taken))
      return this.#runHere(session, input) ? undefined : this.#runAside(session, input)
    return this.#taken < longestBlock / 2
      ? this.#runAfterTurn(session, input)
      : this.#runAside(session, input)
  }

  /** @returns false, with nothing run, where the session only runs aside */
  #runHere(session: Session, input: Input): boolean {
    const start = performance.now()
    if (!session.runNow(input, reading)) return false
    this.#taken = performance.now() - start
    return true
  }

  async #runAfterTurn(session: Session, input: Input): Promise<void> {
    await this.#turns.give()
    if (!this.#runHere(session, input)) await this.#runAside(session, input)
  }

  async #runAside(session: Session, input: Input): Promise<void> {
    const start = performance.now()
    this.#settle() // while the session runs it has no states
    await session.run(input, reading)
    this.#turns.had()
    this.#taken = performance.now() - start
  }

  #choose(logits: ArrayLike<number>): number {
    return chooseToken(logits, this.#choice, this.#random.uniform())
  }
}

/** What a text without a beginning starts after: a line end if the model knows it, else its first symbol. */
function firstToken({ vocabulary }: Trainable): number {
  return vocabulary.token('\n') ?? 0
}
