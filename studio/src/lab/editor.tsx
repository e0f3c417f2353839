import { choosable } from '../cell-choices.ts'
import { Field } from '../ui/controls.tsx'
import { marked } from './reading.ts'
import { name, reading, source, startFrom } from './state.ts'

/** Names that a cell may have. */
function cleaned(text: string): string {
  return text.replace(/[^\p{L}\p{Nd}_]/gu, '_').slice(0, 40) || 'mine'
}

/** Equations to write, with the first mistake marked where it is. */
export function Editor() {
  const mistake = 'mistake' in reading.value ? reading.value.mistake : undefined
  const [head, at, tail] = mistake ? marked(source.value, mistake) : [source.value, '', '']
  return (
    <>
      <p class="row">
        <Field label="name">
          <input
            type="text"
            value={name.value}
            onChange={({ currentTarget }) => (name.value = cleaned(currentTarget.value))}
          />
        </Field>
        <Field label="start from">
          <select value="" onChange={({ currentTarget }) => startFrom(currentTarget.value)}>
            <option value="">…</option>
            {choosable.map(({ title, cells }) => (
              <optgroup key={title} label={title}>
                {cells.map((record) => (
                  <option key={record.name} value={record.name}>
                    {record.name}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        </Field>
      </p>
      <div class="editor">
        <pre aria-hidden="true">
          {head}
          {mistake && <mark>{at}</mark>}
          {`${tail}\n`}
        </pre>
        <textarea
          aria-label="Equations"
          aria-invalid={mistake !== undefined}
          aria-describedby="mistake"
          spellcheck={false}
          autocapitalize="off"
          value={source.value}
          onInput={({ currentTarget }) => (source.value = currentTarget.value)}
        />
      </div>
      <p id="mistake" class={mistake ? 'mistake' : 'hint'} role="status" data-testid="mistake">
        {mistake
          ? `Line ${mistake.line}, column ${mistake.column}: ${mistake.message}`
          : "The cell is whole. A prime marks a new value (c' is computed from c); W @ [h, x] is a matrix product, * works unit by unit."}
      </p>
    </>
  )
}
