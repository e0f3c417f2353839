import { signal } from '@preact/signals'
import { attempt, chosen, longestText, makeModel, phase, takeText, text } from '../store.ts'
import { thousands } from '../ui/format.ts'
import { sampleText } from '../text/sample-text.ts'

/** Characters of a text that the box shows. */
const shown = 4000

const over = signal(false)

/** A new text means new symbols, so also a new model. */
async function use(content: string, name: string): Promise<void> {
  await attempt(async () => {
    await takeText(content, name)
    const { cell, hidden, layers } = chosen.value
    await makeModel(cell, hidden, layers)
  })
}

/** Reads no more of a file than a text may have: a character takes at most four bytes. */
async function useFile(file: File): Promise<void> {
  const part = file.size > 4 * longestText ? file.slice(0, 4 * longestText) : file
  await use(await part.text(), file.name)
}

function onDrop(event: DragEvent): void {
  event.preventDefault()
  over.value = false
  const file = event.dataTransfer?.files[0]
  if (file && phase.value === 'idle') void useFile(file)
}

/** The text to learn from: written here, pasted, dropped or opened. */
export function TextChoice() {
  const { content = '', name = '', length = 0, symbols = 0 } = text.value ?? {}
  const busy = phase.value !== 'idle'
  return (
    <div
      class={over.value ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault()
        over.value = true
      }}
      onDragLeave={() => (over.value = false)}
      onDrop={onDrop}
    >
      <textarea
        aria-label="Text to learn from"
        dir="auto"
        rows={8}
        spellcheck={false}
        disabled={busy}
        value={content.slice(0, shown)}
        onChange={({ currentTarget }) => void use(currentTarget.value, 'your text')}
      />
      <p class="row">
        <span class="about" data-testid="text-info">
          {name}: {thousands(length)} characters, {symbols} symbols
          {content.length > shown && ` (the first ${thousands(shown)} are shown)`}
        </span>
      </p>
      <p class="row">
        <label class="button">
          Open a file …
          <input
            type="file"
            class="hidden"
            accept="text/*,.txt,.md,.csv"
            disabled={busy}
            onChange={({ currentTarget }) => {
              const file = currentTarget.files?.[0]
              if (file) void useFile(file)
              currentTarget.value = ''
            }}
          />
        </label>
        <button type="button" disabled={busy} onClick={() => void use(sampleText(), 'a river and its gates')}>
          The sample text
        </button>
        <span class="hint">
          or paste into the box, or drop a file on it; up to {longestText / 1e6} million characters
        </span>
      </p>
    </div>
  )
}
