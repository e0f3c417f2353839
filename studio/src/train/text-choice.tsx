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

interface Encoding {
  readonly name: string
  readonly title: string
}

/** Encodings that a file can be read in; the first is that of nearly all. */
const encodings: readonly [Encoding, ...Encoding[]] = [
  { name: 'utf-8', title: 'UTF-8' },
  { name: 'windows-1252', title: 'Western (Windows-1252, Latin-1)' },
  { name: 'utf-16le', title: 'UTF-16 (utf-16le)' },
  { name: 'utf-16be', title: 'UTF-16 (utf-16be)' },
  { name: 'iso-8859-2', title: 'Central European (ISO 8859-2)' },
  { name: 'windows-1251', title: 'Cyrillic (Windows-1251)' },
  { name: 'koi8-r', title: 'Cyrillic (KOI8-R)' },
  { name: 'shift_jis', title: 'Japanese (Shift JIS)' },
  { name: 'euc-kr', title: 'Korean (EUC-KR)' },
  { name: 'gb18030', title: 'Chinese (GB 18030)' },
  { name: 'big5', title: 'Chinese (Big5)' },
]

const [usual] = encodings

/** A file that is not in the usual encoding, and the one that it is read in, so that another can be tried. */
const unusual = signal<{ readonly file: File; readonly encoding: string } | undefined>(undefined)

/** Reads no more of a file than a text may have: a character takes at most four bytes. */
async function useFile(file: File, encoding = usual.name): Promise<void> {
  const isCut = file.size > 4 * longestText
  const other = encoding === usual.name ? {} : { encoding }
  let content = ''
  const isText = await attempt(async () => {
    const bytes = new Uint8Array(await (isCut ? file.slice(0, 4 * longestText) : file).arrayBuffer())
    content = await client.ask('decode', { name: file.name, bytes, isCut, ...other })
  })
  unusual.value = isText && encoding === usual.name ? undefined : { file, encoding }
  if (isText) await use(content, file.name)
}

function useText(content: string, name: string): void {
  unusual.value = undefined
  void use(content, name)
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
        onChange={({ currentTarget }) => useText(currentTarget.value, 'your text')}
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
        <button type="button" disabled={busy} onClick={() => useText(sampleText(), 'a river and its gates')}>
          The sample text
        </button>
        <span class="hint">
          or paste into the box, or drop a file on it; up to {longestText / 1e6} million characters
        </span>
      </p>
    </div>
  )
}

/** The encoding of a file that is not in the usual one. */
function EncodingChoice({ busy }: { readonly busy: boolean }) {
  if (!unusual.value) return null
  const { file, encoding } = unusual.value
  return (
    <Field label={`read ${file.name} as`}>
      <select
        aria-label="Encoding of the file"
        disabled={busy}
        value={encoding}
        onChange={({ currentTarget }) => void useFile(file, currentTarget.value)}
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
