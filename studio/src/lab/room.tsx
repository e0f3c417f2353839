import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { placeOf } from '../rooms.ts'
import { Diagram } from '../cell/diagram.tsx'
import { equationsMath } from '../math/equation.ts'
import { attempt, chosen, makeModel, ownCell, phase, problem } from '../store.ts'
import { Formula } from '../ui/math.tsx'
import { Editor } from './editor.tsx'
import { Race } from './race.tsx'
import { Report } from './report.tsx'
import { decodeCell, encodeCell } from './share.ts'
import { cell, hidden, init, name, own, reading, source } from './state.ts'

/** Takes the cell of a link that was followed. */
function takeLink(): void {
  const text = placeOf(location.hash).query.get('cell')
  if (text === null) return
  const shared = decodeCell(text)
  if (!shared) {
    problem.value = 'The link holds no cell that can be read: perhaps a part of it is missing.'
    return
  }
  name.value = shared.name
  source.value = shared.equations
  init.value = shared.init
}

/** Room 5: a cell of the reader's own. */
export function LabRoom() {
  useEffect(() => {
    takeLink()
    addEventListener('hashchange', takeLink)
    return () => removeEventListener('hashchange', takeLink)
  }, [])
  return (
    <div class="room lab">
      <section class="panel">
        <h2>Equations</h2>
        <Editor />
        <Actions />
      </section>
      <section class="panel">
        <h2>What it is</h2>
        {cell.value && (
          <>
            <ol class={'cell' in reading.value ? 'typeset' : 'typeset stale'}>
              {equationsMath(cell.value.syntax).map((math, index) => (
                <li key={index}>
                  <Formula math={math} />
                </li>
              ))}
            </ol>
            <Diagram cell={cell.value} prefix="lab-" />
          </>
        )}
      </section>
      <section class="panel">
        <h2>Weights and gradient</h2>
        <Report />
      </section>
      <section class="panel">
        <h2>Against the LSTM</h2>
        <Race />
      </section>
    </div>
  )
}

const copied = signal(false)

async function share(): Promise<void> {
  const link = `#lab?cell=${encodeCell(own.value)}`
  history.replaceState(null, '', link)
  copied.value = await navigator.clipboard.writeText(location.href).then(
    () => true,
    () => false,
  )
}

/** Takes the cell to the other rooms: a model of it for the text. */
async function use(): Promise<void> {
  ownCell.value = own.value
  chosen.value = { ...chosen.value, cell: own.value, hidden: hidden.value }
  if (await attempt(() => makeModel(own.value, hidden.value, chosen.value.layers))) location.hash = 'cell'
}

function Actions() {
  const whole = 'cell' in reading.value
  return (
    <p class="row">
      <button type="button" disabled={!whole || phase.value !== 'idle'} onClick={() => void use()}>
        Use it in the other rooms
      </button>
      <button type="button" disabled={!whole} data-testid="share" onClick={() => void share()}>
        Share by link
      </button>
      <span class="hint" role="status">
        {copied.value && 'The link is in the address and on the clipboard.'}
      </span>
    </p>
  )
}
