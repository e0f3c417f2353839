import { effect, signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { SluiceError } from 'sluice'
import { usualCell } from '../cell-choices.ts'
import { client } from '../store.ts'
import { Slider } from '../ui/controls.tsx'
import { thousands } from '../ui/format.ts'
import type { CellChoice } from '../worker/messages.ts'
import { type Parameter, parametersOf, read } from './reading.ts'
import { cell, hidden, own, reading, sizes } from './state.ts'

type Check =
  | { readonly state: 'waiting' }
  | { readonly state: 'done'; readonly ok: boolean; readonly text: string }

const check = signal<Check>({ state: 'waiting' })
let asked = 0

/** The outcome of the check of a cell, in words. */
async function checked(choice: CellChoice): Promise<Check> {
  try {
    const { ok, error, at } = await client.ask('check', choice)
    const share = error.toExponential(1).replace('-', '−')
    const text = ok
      ? `The gradient agrees with finite differences to ${share}.`
      : `The gradient differs from finite differences by ${share}, at ${at}.`
    return { state: 'done', ok, text }
  } catch (error) {
    return { state: 'done', ok: false, text: (error as Error).message }
  }
}

async function checkNow(choice: CellChoice, number: number): Promise<void> {
  const outcome = await checked(choice)
  if (number === asked) check.value = outcome
}

/** Checks the derivative whenever the equations are whole again. */
function watchGradient(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = effect(() => {
    const choice = own.value
    const number = ++asked
    clearTimeout(timer)
    check.value = { state: 'waiting' }
    if ('cell' in reading.value) timer = setTimeout(() => void checkNow(choice, number), 300)
  })
  return () => {
    clearTimeout(timer)
    stop()
  }
}

const usual = read(usualCell.name, usualCell.equations)

function counted(list: readonly Parameter[]): number {
  return list.reduce((sum, { count }) => sum + count, 0)
}

/** What the cell is made of: its parameters, how many weights they are, and whether its gradient is right. */
export function Report() {
  useEffect(watchGradient, [])
  if (!cell.value) return null
  return (
    <>
      <Slider
        label="units"
        min={1}
        max={128}
        step={1}
        value={hidden.value}
        shown={String(hidden.value)}
        onInput={(value) => (hidden.value = value)}
      />
      <Parameters />
      <p
        class={check.value.state === 'done' && !check.value.ok ? 'mistake' : 'hint'}
        role="status"
        data-testid="gradient"
      >
        {!('cell' in reading.value)
          ? 'The gradient is checked when the equations are whole.'
          : check.value.state === 'waiting'
            ? 'The gradient is being checked …'
            : check.value.text}
      </p>
    </>
  )
}

function Parameters() {
  try {
    const list = parametersOf(cell.value!, sizes.value)
    const { input = 1 } = sizes.value
    const lstm = 'cell' in usual ? counted(parametersOf(usual.cell, { input, hidden: hidden.value })) : 0
    const total = counted(list)
    return (
      <table class="parameters" data-testid="parameters">
        <tbody>
          {list.map(({ name, shape, count }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{shape}</td>
              <td class="number">{thousands(count)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">together</th>
            <td>{total === lstm ? 'as many as the LSTM' : `the LSTM has ${thousands(lstm)}`}</td>
            <td class="number" data-testid="weights">
              {thousands(total)}
            </td>
          </tr>
        </tfoot>
      </table>
    )
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return <p class="mistake">{error.message}</p>
  }
}
