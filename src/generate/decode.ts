import { bucketByLength, knownKeys, numberWithin, oneOf, wholeNumber } from '../data/index.ts'
import type { Numbers, SequenceModel } from '../model/index.ts'
import type { RuntimeSource } from '../train/index.ts'
import { Beam, type BeamSettings, type Path, pathsOf } from './beam.ts'
import { Writing } from './writing.ts'

/** How the best sequences are searched. */
export interface DecodeOptions {
  readonly runtime: RuntimeSource
  /** Sequences kept at each step; 1, the default, takes the likeliest token each time. */
  readonly beam?: number
  /** Sequences in `best`, at most `beam`, and fewer where fewer end; 1 unless given. */
  readonly best?: number
  /** How much longer sequences are preferred, at least 0; 0.6 unless given, 0 for not at all. */
  readonly alpha?: number
  /** What a score is divided by: ((5 + n) / 6)^alpha for `gnmt`, the default, or n^alpha for `length`. */
  readonly normalization?: 'gnmt' | 'length'
  /** Most tokens of a sequence; 100 unless given. */
  readonly length?: number
  /** Inputs read at once; 50 unless given. */
  readonly batch?: number
}

/** Where attention was while a sequence was written. */
export interface Attention {
  /** Name of the weights: `layers.0.context_weights`. */
  readonly name: string
  /** Places of what was read. */
  readonly places: number
  /** `[tokens][places]`, one more where the sequence ended: the weights with which its end was written. */
  readonly weights: readonly Float32Array[]
}

/** A sequence that was found. */
export interface Candidate {
  readonly tokens: readonly number[]
  /** Whether the model ended it; else it was as long as allowed. */
  readonly ended: boolean
  /** Logarithm of its probability, its end among it. */
  readonly log: number
  /** That, divided by what its length counts. */
  readonly score: number
  readonly attention: readonly Attention[]
}

/** The best sequence for an input, and the others that were asked for. */
export interface Decoded extends Candidate {
  /** By their scores, the best first. */
  readonly best: readonly Candidate[]
}

const known = ['runtime', 'beam', 'best', 'alpha', 'normalization', 'length', 'batch']

/**
 * Finds likely sequences for inputs, in their order, with a model that writes (many-to-many or one-to-many): the likeliest token
 * each time, or by beam search with normalised lengths.
 *
 *     const [first] = await decode(net, ['3 May 1998'].map(read), { runtime, beam: 4 })
 *
 * @throws SluiceError `option-value`, `option-unknown`, `example-shape` or `example-value` with the number of the input, or
 * `model-shape` for a model that does not write
 */
export async function decode(
  model: SequenceModel,
  inputs: readonly Numbers[],
  options: DecodeOptions,
): Promise<readonly Decoded[]> {
  knownKeys('decode', options, known)
  const { runtime, batch: most = 50 } = options
  const batch = Math.min(wholeNumber('batch', most, 1), inputs.length)
  const settings = resolve(model, options)
  const lengths = inputs.map((input, number) => model.layout.stepsRead({ input }, number))
  if (inputs.length === 0) return []
  const longest = lengths.reduce((sum, length) => Math.max(sum, length), 1)
  const size = { inputs: batch, copies: settings.width, longest }
  const writing = await Writing.open(model, runtime, size)
  const answers: Decoded[] = Array(inputs.length)
  try {
    for (const { sequences } of bucketByLength(lengths, { batch }).batches) {
      const beams = await search(
        writing,
        sequences.map((number) => inputs[number]!),
        settings,
        size,
      )
      sequences.forEach((number, at) => {
        answers[number] = decoded(beams[at]!, model, lengths[number]!)
      })
    }
    return answers
  } finally {
    writing.dispose()
  }
}

function resolve(model: SequenceModel, options: DecodeOptions): BeamSettings {
  const { beam = 1, best = 1, alpha = 0.6, normalization = 'gnmt', length = 100 } = options
  const width = wholeNumber('beam', beam, 1)
  return {
    width,
    best: wholeNumber('best', best, 1, width),
    alpha: numberWithin('alpha', alpha, { least: 0 }),
    normalization: oneOf('normalization', normalization, ['gnmt', 'length']),
    length: wholeNumber('length', length, 0),
    mark: model.outputSize - 1,
  }
}

/** Searches for some inputs at once, step by step. */
async function search(
  writing: Writing,
  inputs: readonly Numbers[],
  settings: BeamSettings,
  size: { readonly inputs: number; readonly copies: number },
): Promise<readonly Beam[]> {
  const { copies } = size
  const beams = inputs.map(() => new Beam(settings))
  const rows = size.inputs * copies
  let previous = new Int32Array(rows).fill(settings.mark)
  let parents: Int32Array | undefined
  await writing.begin(inputs)
  for (let step = 0; step <= settings.length && beams.some((beam) => !beam.isDone); step++) {
    await writing.step(previous, parents)
    previous = new Int32Array(rows).fill(-1)
    parents = Int32Array.from(previous, (_unused, row) => row)
    for (const [number, beam] of beams.entries()) {
      if (beam.isDone) continue
      const first = number * copies
      const from = beam.extend({
        logits: (path) => writing.logits(first + path),
        weights: (path) => writing.weights(first + path),
      })
      from.forEach((parent, path) => {
        parents![first + path] = first + parent
        previous[first + path] = beam.paths[path]!.token
      })
    }
  }
  return beams
}

function decoded(beam: Beam, model: SequenceModel, places: number): Decoded {
  const best = beam.best.map((path) => candidate(beam, path, model, places))
  return { ...best[0]!, best }
}

function candidate(beam: Beam, path: Path, { outputSize, memory }: SequenceModel, places: number): Candidate {
  const paths = pathsOf(path)
  const ended = paths.at(-1)?.token === outputSize - 1
  const attention = memory.weights.map((name, at) => ({
    name,
    places,
    weights: paths.map(({ weights }) => weights[at]!.slice(0, places)),
  }))
  const tokens = paths.map(({ token }) => token).slice(0, ended ? -1 : undefined)
  return { tokens, ended, log: path.log, score: beam.scoreOf(path), attention }
}
