import type { Detection, Detections, Detector, GradientFlow, Saturation } from '../../inspect/index.ts'
import type { Inspection, ShownUnit } from '../inspection.ts'
import { count, plural } from './format.ts'
import { changeLines } from './inspection-changes.ts'
import type { Style } from './style.ts'
import { table } from './table.ts'
import { spotsOf, unitText } from './unit-text.ts'

/** Symbols that a terminal shows. */
const mostShown = 2000

/** What was seen of a model, for a terminal: the text by a unit, detectors, gates, memory, changes, saliency. */
export function inspectionLines(
  inspection: Inspection,
  width: number,
  style: Style,
  colour: boolean,
): readonly string[] {
  const { symbols, ends, unit, saturation, detections, memory } = inspection
  const spots = spotsOf(symbols, unit.values, unit.isGate, ends)
  const more = symbols.length - mostShown
  return [
    style.bold(unitTitle(unit)),
    ...unitText(spots.slice(0, mostShown), width, colour),
    ...(more > 0 ? [style.dim(`${plural(more, 'more symbol')}; --html shows all`)] : []),
    ...(detections ? ['', ...detectorLines(detections, style)] : []),
    ...(saturation.length > 0 ? ['', ...saturationLines(saturation, style)] : []),
    ...(memory ? ['', ...memoryLines(memory, ends !== undefined, style)] : []),
    ...changeLines(inspection, width, style, colour),
  ]
}

/** `layers.0.c.17, from -1.20 to 0.93`. */
export function unitTitle({ layer, name, unit, values }: ShownUnit): string {
  let [least, most] = [Infinity, -Infinity]
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)]
  return `${layer}.${name}.${unit}, from ${least.toFixed(2)} to ${most.toFixed(2)}`
}

function detectorLines({ detections, steps, units }: Detections, style: Style): readonly string[] {
  const rows = detections.map((each) => [each.oracle, ...bestOf(each)])
  return [
    style.bold(`detectors among ${plural(units, 'unit')}, over ${plural(steps, 'symbol')}`),
    ...table([['oracle', 'best unit', 'score', 'chance', 'p', ''], ...rows]),
  ]
}

function bestOf({ best, chance, isFound, measure }: Detection): readonly string[] {
  const [first] = best
  if (!first) return ['-', '', '', '', 'nothing of it in this text']
  const { layer, name, unit, score, p } = first
  const measured = (value: number): string => `${measure === 'auc' ? 'AUC' : 'R²'} ${value.toFixed(3)}`
  return [
    `${layer}.${name}.${unit}`,
    measured(score),
    measured(measure === 'auc' && score < 0.5 ? 1 - chance : chance),
    p < 0.001 ? '< 0.001' : p.toFixed(3),
    isFound ? 'found' : isTrend(first, measure, chance) ? 'no more than a drift' : 'none better than chance',
  ]
}

/** Whether a unit is better than chance by its drift over the whole text alone. */
function isTrend({ score, withoutTrend }: Detector, measure: Detection['measure'], chance: number): boolean {
  const strength = (value: number): number => (measure === 'auc' ? Math.abs(value - 0.5) : value)
  return strength(score) > strength(chance) && strength(withoutTrend) <= strength(chance)
}

function saturationLines(gates: readonly Saturation[], style: Style): readonly string[] {
  const share = (value: number): string => `${(100 * value).toFixed(1)} %`
  const rows = gates.map(({ layer, name, closed, open, mean }) => [
    `${layer}.${name}`,
    share(closed),
    share(open),
    mean.toFixed(2),
  ])
  return [style.bold('gates'), ...table([['gate', 'below 0.1', 'above 0.9', 'mean'], ...rows])]
}

function memoryLines(
  { states, steps, memory, isCut, window }: GradientFlow,
  ofSequences: boolean,
  style: Style,
): readonly string[] {
  const rows = states.map((state) => [
    `${state.layer}.${state.state}`,
    state.isCut ? `${state.memory} or more` : String(state.memory),
    ...[1, 10, 50].map((back) => state.norms[back]?.toExponential(1) ?? '-'),
  ])
  const ofText = isCut
    ? `Gradients are still alive after ${plural(steps, 'step')}: give a longer text to see where they end, and train with windows longer than that.`
    : `Gradients reach back ${plural(memory, 'step')}; windows of ${count(window)} let half of the predictions see all of it.`
  const reached = isCut
    ? 'Gradients are still alive where the sequences begin: answers come from all of them.'
    : `Gradients reach back ${plural(memory, 'step')}; what stands before that hardly counts.`
  return [
    style.bold('memory: steps until a gradient is below a hundredth of its largest norm'),
    ...table([['state', 'steps', 'norm 1 back', '10 back', '50 back'], ...rows]),
    ofSequences ? reached : ofText,
  ]
}
