import { exp } from '../../core/math.ts'
import type { Inspection, SeenLosses, SeenSaliency } from '../inspection.ts'
import { few, plural } from './format.ts'
import type { Style } from './style.ts'
import { table } from './table.ts'
import { spotsOf, unitText } from './unit-text.ts'

/** Units that a terminal lists. */
const mostUnits = 20

/** What interventions do to the loss, what single units are worth, and what a prediction comes from. */
export function changeLines(
  { change, losses, saliency, ends }: Inspection,
  width: number,
  style: Style,
  colour: boolean,
): readonly string[] {
  const unit = ends ? '' : ' nats a symbol'
  return [
    ...(change ? ['', style.bold('loss with the interventions'), `${lossText(change)}${unit}`] : []),
    ...(losses ? ['', ...lossLines(losses, unit, style)] : []),
    ...(saliency ? ['', ...saliencyLines(saliency, width, style, colour)] : []),
  ]
}

/** `2.0134 before, 2.4166 after: +0.4032`. */
function lossText({ before, after }: NonNullable<Inspection['change']>): string {
  return `${before.toFixed(4)} before, ${after.toFixed(4)} after: ${signed(after - before)}`
}

function lossLines(
  { layer, name, loss, changes }: SeenLosses,
  measure: string,
  style: Style,
): readonly string[] {
  const rows = changes
    .slice(0, mostUnits)
    .map(({ unit, change }) => [`${layer}.${name}.${unit}`, signed(change)])
  const more = changes.length - mostUnits
  return [
    style.bold(`change of the loss, ${loss.toFixed(4)}${measure}, where a unit is held at 0`),
    ...table([['unit', 'change'], ...rows]),
    ...(more > 0 ? [style.dim(`${plural(more, 'more unit')}; --json has all`)] : []),
  ]
}

function saliencyLines(
  saliency: SeenSaliency,
  width: number,
  style: Style,
  colour: boolean,
): readonly string[] {
  const { symbols, products } = saliency
  return [
    style.bold(saliencyTitle(saliency)),
    style.dim('high where a symbol speaks for it, low where it speaks against it'),
    ...unitText(spotsOf(symbols, products, false), width, colour),
  ]
}

/** `saliency of each symbol for "n" after 23 symbols, which had a probability of 0.712`. */
export function saliencyTitle({ symbol, place, value, isProbability }: SeenSaliency): string {
  const what = isProbability
    ? `which had a probability of ${exp(value).toFixed(3)}`
    : `which is ${few(value)}`
  return `saliency of each symbol for ${JSON.stringify(symbol)} ${place}, ${what}`
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`
}
