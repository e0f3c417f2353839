import { type TracedValue, tracedUnit, valuesOf } from '../../inspect/index.ts'
import type { Inspection, ShownUnit } from '../inspection.ts'
import { count } from './format.ts'
import { saliencyTitle } from './inspection-changes.ts'
import { pageScript, pageStyle } from './page-parts.ts'

/** Values that a page may hold: a byte each. */
const mostValues = 6_000_000

/** A unit as the page has it: its values after all symbols, a byte each, from -127 to 127 for -1 to 1. */
interface PageUnit {
  readonly name: string
  readonly scale: number
  readonly values: string
}

/** A page of its own, in one file that asks for nothing: the text by any unit, detectors, gates, memory. */
export function inspectionPage(title: string, inspection: Inspection): string {
  const { symbols, ends, unit, saturation, detections, memory, losses, change } = inspection
  const data = {
    symbols,
    ends: [...(ends ?? [])],
    units: [...pageUnits(inspection), ...saliencyUnits(inspection)],
    shown: nameOf(unit),
    detectors: detections?.detections ?? [],
    gates: saturation.map(({ layer, name, closed, open, mean }) => ({
      name: `${layer}.${name}`,
      closed,
      open,
      mean,
    })),
    memory:
      memory?.states.map(({ layer, state, norms, ...rest }) => ({
        ...rest,
        name: `${layer}.${state}`,
        norms: [...norms],
      })) ?? [],
    losses:
      losses?.changes.map((each) => ({
        name: nameOf({ ...losses, unit: each.unit }),
        change: each.change,
      })) ?? [],
    change: change ? [change] : [],
  }
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p>${count(symbols.length)} symbols. <label>Unit <select id="unit"></select></label> <span id="range"></span></p>
<p class="key"><span style="background:rgb(33 102 172 / 80%)">low</span> <span>0</span> <span style="background:rgb(230 120 0 / 80%)">high</span></p>
<pre id="text" dir="auto"></pre>
<div id="tables"></div>
<script id="data" type="application/json">${JSON.stringify(data).replaceAll('<', String.raw`\u003c`)}</script>
<script>${pageScript}</script>
</body>
</html>
`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function nameOf({ layer, name, unit }: Pick<ShownUnit, 'layer' | 'name' | 'unit'>): string {
  return `${layer}.${name}.${unit}`
}

/** The unit that is shown, then those that tell something, then as many others as there is room for. */
function pageUnits({ trace, unit, detections, symbols }: Inspection): readonly PageUnit[] {
  const found = detections?.detections.flatMap(({ best }) => best.map(nameOf)) ?? []
  const first = [nameOf(unit), ...found]
  const rank = (name: string): number => (first.includes(name) ? first.indexOf(name) : first.length)
  const all = trace.layers.flatMap((layer) =>
    valuesOf(layer).flatMap((value) => unitsOf(value, layer.gates.includes(value.name))),
  )
  return all
    .toSorted((a, b) => rank(a.name) - rank(b.name))
    .slice(0, Math.max(first.length, Math.floor(mostValues / symbols.length)))
    .map((each) => each.unit())
}

function unitsOf(value: TracedValue, isGate: boolean) {
  return Array.from({ length: value.units }, (_unused, unit) => {
    const name = nameOf({ ...value, unit })
    return { name, unit: () => pageUnit(name, tracedUnit(value, unit), isGate) }
  })
}

/** What each symbol does to a prediction, as if it were a unit; other symbols do nothing. */
function saliencyUnits({ saliency, symbols }: Inspection): readonly PageUnit[] {
  if (saliency?.start === undefined) return []
  const values = new Float32Array(symbols.length)
  values.set(saliency.products, saliency.start)
  return [pageUnit(saliencyTitle(saliency), values, false)]
}

/** Gates go from 0 to 1, with the middle at one half; others keep their sign. */
function pageUnit(name: string, values: Float32Array, isGate: boolean): PageUnit {
  const scale = isGate ? 1 : values.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-9)
  const bytes = Int8Array.from(values, (x) => Math.round(127 * (isGate ? 2 * x - 1 : x / scale)))
  return { name, scale, values: Buffer.from(bytes.buffer).toString('base64') }
}
