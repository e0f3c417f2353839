import { signal } from '@preact/signals'
import { attempt, chosen, client, longestText, makeModel, phase, takeText, text } from '../store.ts'
import { Field } from '../ui/controls.tsx'
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

/** Encodings that a file can be read in; the first is that of nearly all. */
const encodings = [
  { name: 'utf-8', title: 'UTF-8' },
  { name: 'windows-1252', title: 'Western (Windows-1252, Latin-1)' },
  { name: 'utf-16le', title: 'UTF-16' },
  { name: 'iso-8859-2', title: 'Central European (ISO 8859-2)' },
  { name: 'windows-1251', title: 'Cyrillic (Windows-1251)' },
  { name: 'koi8-r', title: 'Cyrillic (KOI8-R)' },
  { name: 'shift_jis', title: 'Japanese (Shift JIS)' },
  { name: 'euc-kr', title: 'Korean (EUC-KR)' },
  { name: 'gb18030', title: 'Chinese (GB 18030)' },
  { name: 'big5', title: 'Chinese (Big5)' },
]

const encoding = signal('utf-8')
/** A file that is no text in that encoding, so that another can be tried. */
const refused = signal<File | undefined>(undefined)

/** Reads no more of a file than a text may have: a character takes at most four bytes. */
async function useFile(file: File): Promise<void> {
  const isCut = file.size > 4 * longestText
  const other = encoding.value === 'utf-8' ? {} : { encoding: encoding.value }
  let content = ''
  const isText = await attempt(async () => {
    const bytes = new Uint8Array(await (isCut ? file.slice(0, 4 * longestText) : file).arrayBuffer())
    content = await client.ask('decode', { name: file.name, bytes, isCut, ...other })
  })
  refused.value = isText ? undefined : file
  if (isText) await use(content, file.name)
}

function readAs(name: string): void {
  encoding.value = name
  if (refused.value) void useFile(refused.value)
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
        <EncodingChoice busy={busy} />
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

/** The encoding of files, where one was refused or another is chosen. */
function EncodingChoice({ busy }: { readonly busy: boolean }) {
  const file = refused.value
  if (!file && encoding.value === 'utf-8') return null
  return (
    <Field label={file ? `read ${file.name} as` : 'read files as'}>
      <select
        aria-label="Encoding of files"
        disabled={busy}
        value={encoding.value}
        onChange={({ currentTarget }) => readAs(currentTarget.value)}
      >
        {encodings.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </Field>
  )
}
