/** How the page of an inspection looks, in light and dark. */
export const pageStyle = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 70rem; margin: 1rem auto; padding: 0 1rem }
h1 { font-size: 1.2rem; overflow-wrap: anywhere }
pre { font: 14px/1.7 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 60vh;
  overflow: auto; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: .5rem }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto }
caption { text-align: left; font-weight: 600 }
th, td { text-align: left; padding: .15rem .8rem .15rem 0; font-variant-numeric: tabular-nums }
button { font: inherit; padding: 0 .3rem }
.key span { padding: 0 .5rem }
`

/** What the page of an inspection does; it reads the element `data` and asks for nothing. */
export const pageScript = String.raw`
const data = JSON.parse(document.getElementById('data').textContent)
const [select, text, range, tables] = ['unit', 'text', 'range', 'tables'].map((id) => document.getElementById(id))
const decode = (unit) => Int8Array.from(atob(unit.values), (byte) => byte.charCodeAt(0))
for (const unit of data.units) select.add(new Option(unit.name, unit.name))
const ends = new Set(data.ends)
const spots = data.symbols.map((symbol, at) => {
  const spot = document.createElement('span')
  spot.textContent = symbol === '\n' ? '⏎\n' : symbol + (ends.has(at) ? '\n' : '')
  return text.appendChild(spot)
})
function show(name) {
  const unit = data.units.find((each) => each.name === name)
  if (!unit) return
  select.value = name
  range.textContent = 'scale ' + unit.scale.toPrecision(3)
  decode(unit).forEach((level, at) => {
    const strength = Math.abs(level) / 127
    const colour = level < 0 ? '33 102 172' : '230 120 0'
    spots[at].style.background = strength < 0.06 ? '' : 'rgb(' + colour + ' / ' + (80 * strength).toFixed(0) + '%)'
    spots[at].title = data.symbols[at] + ': ' + (level / 127).toFixed(2)
  })
}
function table(title, heads, rows) {
  if (rows.length === 0) return
  const made = tables.appendChild(document.createElement('table'))
  made.createCaption().textContent = title
  const head = made.createTHead().insertRow()
  for (const name of heads) head.appendChild(document.createElement('th')).textContent = name
  const body = made.createTBody()
  for (const row of rows) {
    const line = body.insertRow()
    for (const cell of row) line.insertCell().append(cell)
  }
}
function unitButton(name) {
  const button = document.createElement('button')
  button.textContent = name
  button.onclick = () => show(name)
  return button
}
const nameOf = ({ layer, name, unit }) => layer + '.' + name + '.' + unit
const percent = (share) => (100 * share).toFixed(1) + ' %'
table('Detectors', ['oracle', 'unit', 'score', 'p', ''], data.detectors.flatMap(({ oracle, measure, best }) =>
  best.map((unit) => [oracle, unitButton(nameOf(unit)), (measure === 'auc' ? 'AUC ' : 'R² ') + unit.score.toFixed(3),
    unit.p < 0.001 ? '< 0.001' : unit.p.toFixed(3), unit.p < 0.05 ? 'found' : 'not better than chance'])))
table('Gates', ['gate', 'below 0.1', 'above 0.9', 'mean'],
  data.gates.map(({ name, closed, open, mean }) => [name, percent(closed), percent(open), mean.toFixed(2)]))
table('Memory: norm of the gradient, steps back', ['state', 'steps', '0', '1', '10', '50'],
  data.memory.map(({ name, memory, isCut, norms }) => [name, memory + (isCut ? ' or more' : ''),
    ...[0, 1, 10, 50].map((back) => back < norms.length ? norms[back].toExponential(1) : '')]))
table('Loss with the interventions' + (ends.size > 0 ? '' : ', nats a symbol'), ['before', 'after'],
  data.change.map(({ before, after }) => [before.toFixed(4), after.toFixed(4)]))
table('Change of the loss where a unit is held at 0', ['unit', 'change'],
  data.losses.map(({ name, change }) => [unitButton(name), change.toFixed(4)]))
select.onchange = () => show(select.value)
show(data.shown)
`
