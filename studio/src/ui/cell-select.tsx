import { cellNamed, choosable, choiceOf } from '../cell-choices.ts'
import type { CellChoice } from '../worker/messages.ts'
import { Field } from './controls.tsx'

interface Props {
  readonly label: string
  readonly value: CellChoice
  /** A cell of the reader's own, beside those of the library. */
  readonly own?: CellChoice | undefined
  readonly onChoose: (cell: CellChoice) => void
}

/** A list of the library's cells, family by family. */
export function CellSelect({ label, value, own, onChoose }: Props) {
  const choose = (name: string): void => {
    const record = cellNamed(name)
    const chosen = own?.name === name ? own : record && choiceOf(record)
    if (chosen) onChoose(chosen)
  }
  return (
    <Field label={label}>
      <select
        aria-label={label}
        value={value.name}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        {own && <option value={own.name}>{own.name} (your own)</option>}
        {choosable.map(({ title, cells }) => (
          <optgroup key={title} label={title}>
            {cells.map(({ name, title: long }) => (
              <option key={name} value={name} title={long}>
                {name}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </Field>
  )
}
