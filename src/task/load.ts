import { type ExampleStream, streamExamples } from '../data/all.ts'
import type { Example, SequenceModel } from '../model/index.ts'
import type { ExampleData, ExampleSet } from '../train/index.ts'
import type { Understood } from './understood.ts'

/** Bytes of examples that are kept in memory, unless it is said otherwise. */
const usualBytes = 2 ** 26

/**
 * The examples of both parts, in memory where they are small and streamed where they are not.
 * @param most bytes that they may take in memory
 * @throws SluiceError `examples-few`, or what is wrong with one
 */
export async function loadExamples(
  { facts, open }: Understood<unknown>,
  net: SequenceModel,
  most = usualBytes,
): Promise<ExampleData<Example>> {
  const training = await loaded(net, () => open('training'), facts.file, most)
  if (facts.validation === 0) return { training, name: facts.file }
  return {
    training,
    validation: await loaded(net, () => open('validation'), facts.file, most),
    name: facts.file,
  }
}

async function loaded(
  net: SequenceModel,
  open: () => AsyncIterable<Example> | Iterable<Example>,
  name: string,
  most: number,
): Promise<ExampleSet<Example> | ExampleStream<Example>> {
  const kept: Example[] = []
  let bytes = 0
  for await (const example of open()) {
    bytes += bytesOf(example)
    if (bytes > most) return streamExamples(net, open, { name, chunk: Math.max(1000, kept.length >> 3) })
    kept.push(example)
  }
  return kept
}

/** About what an example takes: its numbers, and three objects. */
function bytesOf({ input, target }: Example): number {
  return 4 * (lengthOf(input) + lengthOf(target)) + 300
}

const lengthOf = (numbers: Example['input']): number => (typeof numbers === 'number' ? 1 : numbers.length)
