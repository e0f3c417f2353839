import { SluiceError } from '../core/errors.ts'
import { addLaterMessages } from '../core/later-messages.ts'
import { exp } from '../core/math.ts'
import {
  type BatchSource,
  type Batching,
  type Text,
  knownKeys,
  windowBatches,
  windows,
} from '../data/index.ts'
import { Session } from './session.ts'
import type { RuntimeSource, Trainable } from './trainable.ts'
import { requireSameVocabulary } from './vocabularies.ts'

addLaterMessages()

/** How well a model predicts. */
export interface Evaluation {
  /** Mean loss; of a text in nats a token. */
  readonly loss: number
  /** The same in bits. */
  readonly bits: number
  /** e to the loss. */
  readonly perplexity: number
  /** Predictions that the mean is of. */
  readonly tokens: number
}

/** How a text is read for evaluation. */
export interface EvaluateOptions extends Partial<Batching> {
  readonly runtime: RuntimeSource
}

/**
 * Evaluates a model on a text: the mean over its predictions, states starting from zero in each of the `batch` rows
 * (default 50, window 50; fewer where the text is short) and carried along. Since rows are equally long, up to `batch - 1`
 * characters at the end are left out; since each row starts without a past, the loss depends a little on `batch`: with
 * `batch: 1` the whole text is read in one piece.
 */
export async function evaluate(
  model: Trainable,
  text: Pick<Text, 'tokens' | 'vocabulary' | 'name'>,
  options: EvaluateOptions,
): Promise<Evaluation> {
  knownKeys('evaluate', options, ['runtime', 'batch', 'window'])
  const { runtime, batch = 50, window = 50 } = options
  requireSameVocabulary(model, text)
  const { length } = text.tokens
  const rows = Math.max(1, Math.min(batch, Math.floor(length / window)))
  const cut = windows(text.tokens, { batch: rows, window: Math.min(window, Math.max(1, length)) })
  const session = await Session.open(model, runtime, { rows, steps: cut.window, training: false })
  try {
    return await measureLoss(session, windowBatches(cut))
  } finally {
    session.dispose()
  }
}

/**
 * The mean loss over the batches of an epoch, from states of zero. Afterwards the session goes on where it was.
 * @throws SluiceError `examples-few` where no target counts
 */
export async function measureLoss(session: Session, source: BatchSource): Promise<Evaluation> {
  const states = session.states()
  session.reset()
  let total = 0
  let tokens = 0
  for (let index = 0; index < source.count; index++) {
    const batch = await source.at(index, 0)
    const { predictions, scale = 1 } = batch
    const { loss } = await session.run(batch, { mode: 'forward', training: false })
    total += loss * scale * predictions
    tokens += predictions
  }
  session.setStates(states)
  if (tokens === 0) throw new SluiceError('examples-few/targets', {})
  const loss = total / tokens
  return { loss, bits: loss / Math.LN2, perplexity: exp(loss), tokens }
}
