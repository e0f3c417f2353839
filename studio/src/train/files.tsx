import { attempt, client, loadModel, model, phase } from '../store.ts'

/** Gives the reader a file to keep. */
function download(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const address = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }))
  Object.assign(document.createElement('a'), { href: address, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

async function save(): Promise<void> {
  download(await client.ask('save'), `${model.value?.layers[0]?.cell.name ?? 'model'}.safetensors`)
}

async function load(file: File): Promise<void> {
  await loadModel(new Uint8Array(await file.arrayBuffer()), file.name)
}

/** Saving the model, and loading one: `model.safetensors` of a run will do. */
export function ModelFiles() {
  return (
    <p class="row">
      <button type="button" disabled={!model.value} onClick={() => void attempt(save)}>
        Save the model
      </button>
      <label class="button">
        Load a model …
        <input
          type="file"
          class="hidden"
          accept=".safetensors"
          disabled={phase.value !== 'idle'}
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0]
            if (file) void attempt(() => load(file))
            currentTarget.value = ''
          }}
        />
      </label>
    </p>
  )
}
