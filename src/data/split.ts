import { knownKeys, numberWithin, oneOf, wholeNumber } from './check.ts'
import { type Fits, tooShort } from './too-short.ts'
import { type Batching, Windows, windows } from './windows.ts'

/** What is held out of training. */
export interface Holdout {
  /** `tail`: the end; `streams`: of a text, the end of each of the `batch` rows; `random`: of examples, any; `none`. */
  readonly by: 'tail' | 'streams' | 'random' | 'none'
  /** Share that is held out, above 0 and below 1. */
  readonly fraction: number
}

/** A text cut for training and validation. */
export interface Split {
  readonly training: Windows
  readonly validation?: Windows
  /** One line for people: what is trained on and what is held out. */
  readonly description: string
}

/** Default: the last tenth of the text. */
const tailTenth: Holdout = { by: 'tail', fraction: 0.1 }

/** Fills in and checks a holdout. */
export function resolveHoldout(options: Partial<Holdout> = {}): Holdout {
  knownKeys('validation', options, ['by', 'fraction'])
  const by = oneOf('validation by', options.by ?? tailTenth.by, ['tail', 'streams', 'random', 'none'])
  if (by === 'none') return { by, fraction: 0 }
  const fraction = numberWithin('validation fraction', options.fraction ?? tailTenth.fraction, {
    above: 0,
    below: 1,
  })
  return { by, fraction }
}

/**
 * Cuts a stream into training and validation windows. A text too short for both is an error that says what fits.
 * @param unit what tokens are called, for people
 */
export function split(
  tokens: Int32Array,
  batching: Batching,
  holdout: Holdout = tailTenth,
  unit = 'characters',
): Split {
  wholeNumber('batch', batching.batch, 1)
  wholeNumber('window', batching.window, 1)
  oneOf('validation by', holdout.by, ['tail', 'streams', 'none'])
  if (holdout.by === 'none') {
    const training = windows(tokens, batching, unit)
    return {
      training,
      description: `all ${thousands(tokens.length)} ${unit} are trained on, none held out`,
    }
  }
  return holdout.by === 'tail'
    ? splitTail(tokens, batching, holdout, unit)
    : splitStreams(tokens, batching, holdout, unit)
}

const thousands = (value: number): string => value.toLocaleString('en-US')

const percent = (fraction: number): string => `${Number((fraction * 100).toFixed(2))} %`

/** The end of the text is never trained on, not even as a target. */
function splitTail(tokens: Int32Array, batching: Batching, { fraction }: Holdout, unit: string): Split {
  const held = Math.round(tokens.length * fraction)
  const cut = tokens.length - held
  const fits: Fits = ({ batch, window }) =>
    cut >= 2 && Math.floor(cut / batch) >= window && held >= Math.max(2, batch)
  if (!fits(batching)) throw tooShort(batching, fits, { count: tokens.length, held, unit })
  return {
    training: windows(tokens.subarray(0, cut), batching),
    validation: heldOut(tokens.subarray(cut), batching),
    description: `trained on the first ${thousands(cut)} ${unit}, validated on the last ${thousands(held)} (${percent(fraction)}, tail)`,
  }
}

/** Windows over a held-out text, shorter than those of training where it has too little for them. */
function heldOut(tokens: Int32Array, { batch, window }: Batching): Windows {
  return windows(tokens, { batch, window: Math.min(window, Math.floor(tokens.length / batch)) })
}

function splitStreams(
  tokens: Int32Array,
  { batch, window }: Batching,
  { fraction }: Holdout,
  unit: string,
): Split {
  const rowsOf = (rows: number) => {
    const stride = Math.floor(tokens.length / rows)
    const held = Math.max(1, Math.round(stride * fraction))
    return { stride, held, length: stride - held }
  }
  const fits: Fits = (given) => rowsOf(given.batch).length >= Math.max(2, given.window)
  const { stride, held, length } = rowsOf(batch)
  if (!fits({ batch, window }))
    throw tooShort({ batch, window }, fits, { count: tokens.length, held: held * batch, unit })
  const common = { tokens, batch, stride }
  return {
    training: new Windows({ ...common, first: 0, length, closed: true }, window),
    validation: new Windows(
      { ...common, first: length, length: held, closed: false },
      Math.min(window, held),
    ),
    description:
      `trained on ${batch} streams of ${thousands(length)} ${unit}, ` +
      `validated on the ${thousands(held)} that follow in each (${percent(fraction)}, stream)`,
  }
}
