import { attempt, phase } from '../store.ts'
import { Sample } from '../ui/chart.tsx'
import { decimal, thousands } from '../ui/format.ts'
import { runStrokes } from './run-strokes.ts'
import { follow, leave, runCurves, runNames, takeModel } from './runs.ts'

/** The runs on disk: shown or not, and their models. */
export function Runs() {
  if (runNames.value.length === 0) return null
  return (
    <section class="panel wide">
      <h2>Runs on disk</h2>
      <table class="runs">
        <tbody>
          {runNames.value.map((name, index) => (
            <Row key={name} name={name} index={index} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Row({ name, index }: { readonly name: string; readonly index: number }) {
  const shown = runCurves.value.get(name)
  const last = shown ? shown.steps.length - 1 : -1
  const validated = shown?.validations.findLast((value) => value !== null)
  return (
    <tr data-testid={`run-${name}`}>
      <th scope="row">
        <label>
          <input
            type="checkbox"
            checked={shown !== undefined}
            onChange={({ currentTarget }) => (currentTarget.checked ? follow(name) : leave(name))}
          />{' '}
          <Sample {...runStrokes(index)[0]} /> {name}
        </label>
      </th>
      <td>{last < 0 ? '' : `${thousands(shown!.steps[last]!)} updates`}</td>
      <td>{last < 0 ? '' : `loss ${decimal(shown!.even[last]!, 3)}`}</td>
      <td>{validated === undefined ? '' : `validation ${decimal(validated, 3)}`}</td>
      <td>
        <button
          type="button"
          disabled={phase.value === 'running'}
          onClick={() => void attempt(() => takeModel(name))}
        >
          Take its model
        </button>
      </td>
    </tr>
  )
}
