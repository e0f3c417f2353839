import { SluiceError } from '../core/errors.ts'
import { targetSize } from './head.ts'
import { type Numbers, type NumbersPlace, flat, requireNumbers } from './numbers.ts'
import { type SequenceConfig, writes } from './sequence-config.ts'

/** What a sequence model reads, and what it is to answer. */
export interface Example {
  /** One step, or a sequence: tokens, or vectors. */
  readonly input: Numbers
  /** One step, or a sequence: classes (-1 = left out), values, bits, or labels. */
  readonly target: Numbers
  /** Of values and bits at every step: 0 where the target, which may be anything there, is left out; 1 elsewhere. */
  readonly mask?: ArrayLike<number>
}

/** An example without its target. */
export type Question = Pick<Example, 'input'>

/** An example as its numbers stand, step after step. */
export interface Laid {
  /** Steps that a program takes for it: the more of the next two. */
  readonly steps: number
  /** Steps that are read. */
  readonly read: number
  /** Steps that have an answer, the end of what is written among them; of an answer to a whole sequence, its steps. */
  readonly answered: number
  readonly input: ArrayLike<number>
  readonly target: ArrayLike<number>
  readonly mask: ArrayLike<number> | undefined
}

/** What stands where a token, a class or a label does not. */
export const none = -1

/** Numbers of what is read at a step; a token is one. */
export function inputSize({ input }: SequenceConfig): number {
  return 'vectors' in input ? input.vectors : 1
}

/**
 * What is read, step after step.
 * @param example its number, from 0, for errors
 * @throws SluiceError `example-shape` or `example-value`
 */
export function layInput(config: SequenceConfig, given: Numbers, example: number): ArrayLike<number> {
  const { input, shape } = config
  const width = inputSize(config)
  const place = { what: 'input', example } as const
  const numbers = flat(given, width, place)
  const steps = numbers.length / width
  if (steps === 0)
    throw new SluiceError(shape === 'many-to-many' ? 'example-shape/unread' : 'example-shape/empty', {
      example,
    })
  if (shape.startsWith('one') && steps !== 1)
    throw new SluiceError('example-shape/one', { example, shape, steps })
  requireLength(config, steps, example)
  requireNumbers(numbers, { ...place, width }, 'tokens' in input ? { least: 0, limit: input.tokens } : {})
  return numbers
}

/** An example with its target, all of which is checked. @throws SluiceError as `layInput` */
export function layExample(config: SequenceConfig, given: Example, example: number): Laid {
  const input = layInput(config, given?.input, example)
  const width = targetSize(config.output)
  const place = { what: 'target', example } as const
  const target = flat(given.target, width, place)
  const [read, told] = [input.length / inputSize(config), target.length / width]
  requireAnswers(config, { read, answered: told, example })
  const mask = given.mask && layMask(config, given.mask, told, example)
  requireTarget(config, target, { ...place, width }, mask)
  const answered = writes(config) ? told + 1 : read
  const steps = config.shape === 'many-to-many' ? Math.max(read, answered) : answered
  if ('ctc' in config.output) requireRoom(target, steps, example)
  requireLength(config, steps, example)
  return { steps, read, answered, input, target, mask }
}

function layMask(
  { output }: SequenceConfig,
  mask: ArrayLike<number>,
  expected: number,
  example: number,
): ArrayLike<number> {
  if ('classes' in output || 'ctc' in output) throw new SluiceError('example-shape/unmasked', { example })
  if (mask.length !== expected)
    throw new SluiceError('example-shape/mask', { example, expected, given: mask.length })
  requireNumbers(mask, { what: 'mask', example, width: 1 }, { least: 0, limit: 2 })
  return mask
}

/** A written sequence may have any length, and labels have no steps of their own. */
function requireAnswers(
  { shape, output }: SequenceConfig,
  { read, answered, example }: { readonly read: number; readonly answered: number; readonly example: number },
): void {
  if (writes({ shape }) || 'ctc' in output) return
  const expected = shape === 'synced' ? read : 1
  if (answered !== expected)
    throw new SluiceError('example-shape/target', { example, expected, given: answered })
}

function requireTarget(
  { shape, output }: SequenceConfig,
  target: ArrayLike<number>,
  place: NumbersPlace & { readonly width: number },
  mask: ArrayLike<number> | undefined,
): void {
  if ('values' in output) return requireNumbers(target, place, { mask })
  if ('bits' in output) return requireNumbers(target, place, { least: 0, limit: 2, mask })
  if ('ctc' in output) return requireNumbers(target, place, { least: 0, limit: output.ctc })
  const least = writes({ shape }) ? 0 : none
  requireNumbers(target, place, { least, limit: output.classes })
}

/** Labels take a step each, and one more between two that are alike. */
function requireRoom(labels: ArrayLike<number>, steps: number, example: number): void {
  const alike = Array.from(labels).filter((label, i, all) => i > 0 && label === all[i - 1])
  const needed = labels.length + alike.length
  if (needed > steps)
    throw new SluiceError('example-shape/labels', { example, steps, labels: labels.length, needed })
}

function requireLength({ longest = Infinity }: SequenceConfig, steps: number, example: number): void {
  if (steps > longest) throw new SluiceError('example-shape/longest', { example, steps, longest })
}
