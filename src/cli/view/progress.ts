import { type Point, bar, drawCurve } from './curve.ts'
import { count, duration, short } from './format.ts'
import type { Style } from './style.ts'
import { type Part, fitted, harmless, wrap } from './width.ts'

/** How far a training is, for people. */
export interface Progress {
  readonly step: number
  readonly total: number
  readonly epoch: number
  /** Smoothed loss. */
  readonly loss: number
  readonly tokensPerSecond: number
  readonly secondsLeft: number
  /** What is predicted; `characters` unless given. */
  readonly unit?: string | undefined
  /** The last validation and whether none was better. */
  readonly validation?: { readonly loss: number; readonly best: boolean } | undefined
}

/** Height of the loss curve in lines. */
const curveHeight = 4
const labelWidth = 5

/** The lines that are drawn again and again: loss curve, bar, numbers. None is wider than `width` + 1 columns. */
export function liveLines(
  progress: Progress,
  curve: readonly Point[],
  width: number,
  style: Style,
): readonly string[] {
  const lines = [
    ...curveLines(curve, Math.min(width, 72), style),
    barLine(progress, Math.min(width, 72), style),
    fitted(workParts(progress), width),
    fitted(lossParts(progress), width),
  ]
  return ['', ...lines.map((line) => ` ${line}`)]
}

function curveLines(curve: readonly Point[], width: number, style: Style): readonly string[] {
  const { lines, most, least } = drawCurve(curve, Math.max(1, width - labelWidth - 2), curveHeight)
  const label = (index: number): string => {
    const value = index === 0 ? most : index === curveHeight - 1 ? least : undefined
    return (value?.toFixed(2) ?? '').padStart(labelWidth)
  }
  return lines.map((line, index) => `${style.dim(label(index))} ${style.cyan(line)}`)
}

function barLine({ step, total }: Progress, width: number, style: Style): string {
  const share = step / total
  const percent = `${Math.floor(share * 100)} %`.padStart(labelWidth)
  const { full, rest } = bar(share, Math.max(1, width - labelWidth - 2))
  return `${percent} ${style.green(full)}${style.dim(rest)}`
}

function workParts({
  step,
  total,
  tokensPerSecond,
  secondsLeft,
  epoch,
  unit = 'characters',
}: Progress): readonly Part[] {
  return [
    { text: `update ${count(step)} of ${count(total)}`, rank: 1 },
    { text: `epoch ${epoch.toFixed(2)}`, rank: 4 },
    { text: `${short(tokensPerSecond)} ${unit}/s`, rank: 3 },
    { text: `${duration(secondsLeft)} left`, rank: 2 },
  ]
}

function lossParts({ loss, validation }: Progress): readonly Part[] {
  return [
    { text: `loss ${loss.toFixed(3)}`, rank: 1 },
    {
      text: validation ? `validation ${validation.loss.toFixed(3)}${validation.best ? ' (best)' : ''}` : '',
      rank: 2,
    },
  ]
}

/** One line about an update, for output that is no terminal. */
export function plainLine(progress: Progress): string {
  const { step, total, epoch, loss, tokensPerSecond, secondsLeft, unit = 'characters' } = progress
  return [
    `update ${step}/${total}`,
    `epoch ${epoch.toFixed(2)}`,
    `loss ${loss.toFixed(4)}`,
    `${Math.round(tokensPerSecond)} ${unit}/s`,
    `${duration(secondsLeft)} left`,
  ].join('  ')
}

/** A validation in numbers. */
export interface Measured {
  readonly loss: number
  readonly bits: number
  readonly perplexity: number
}

/**
 * A loss in words: with bits and perplexity where tokens of a text are predicted, else alone.
 * @param unit what is predicted
 */
export function measureText({ loss, bits, perplexity }: Measured, unit = 'characters'): string {
  if (!isText(unit)) return `loss ${loss.toFixed(4)}`
  return `${loss.toFixed(4)} nats a ${unit.slice(0, -1)} (${bits.toFixed(3)} bits, perplexity ${perplexity.toPrecision(3)})`
}

/** Whether a unit is of texts, whose loss is told in nats. */
export function isText(unit: string): boolean {
  return ['characters', 'bytes', 'tokens'].includes(unit)
}

/** One line about a validation, for output that is no terminal. */
export function validationLine(
  step: number,
  total: number,
  measured: Measured & { readonly best: boolean },
  unit?: string,
): string {
  return `update ${step}/${total}  validation ${measureText(measured, unit)}${measured.best ? ', best so far' : ''}`
}

/** A sampled text as a block without empty lines, with a heading that says when it was written. */
export function sampleBlock(text: string, heading: string, width: number, style: Style): string {
  const lines = wrap(
    harmless(text)
      .replace(/\n\s*\n/g, '\n')
      .trim(),
    width - 4,
  )
  return ['', `  ${style.dim(heading)}`, ...lines.map((line) => `  ${style.dim('│')} ${line}`)].join('\n')
}
