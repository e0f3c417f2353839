import { attempt, client, isRun, loadModel, model, openRun, phase, runFile, wished } from '../store.ts'
import { isTar } from '../run/tar.ts'

/** Gives the reader a file to keep. */
function download(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const address = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }))
  Object.assign(document.createElement('a'), { href: address, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

/** What files of the model are called. */
function ownName(): string {
  const name = model.value?.layers[0]?.cell.name.replace(/[^\w-]/g, '').slice(0, 24) ?? ''
  return name === '' ? 'model' : name
}

async function saveModel(): Promise<void> {
  download(await client.ask('save'), `${ownName()}.safetensors`)
}

async function saveRun(): Promise<void> {
  const folder = `${ownName()}-run`
  download(await runFile(folder), `${folder}.tar`)
}

async function load(file: File): Promise<void> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  if (isTar(bytes)) wished.value = await openRun(bytes, file.name)
  else await loadModel(bytes, file.name)
}

/** Saving the training or its model, and loading either: `model.safetensors` of a run on disk will do, too. */
export function ModelFiles() {
  return (
    <p class="row">
      <button
        type="button"
        disabled={!isRun.value}
        title="Text, model, optimizer, place in the text, losses and samples: it goes on where it is now"
        onClick={() => void attempt(saveRun)}
      >
        Save the run
      </button>
      <button type="button" disabled={!model.value} onClick={() => void attempt(saveModel)}>
        Save the model
      </button>
      <label class="button">
        Load a run or a model …
        <input
          type="file"
          class="hidden"
          accept=".tar,.safetensors"
          disabled={phase.value === 'running'}
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
