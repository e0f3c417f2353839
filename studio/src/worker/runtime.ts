import { type Runtime, openRuntime } from 'sluice'
import type { MachineInfo } from './messages.ts'

let opened: Promise<{ runtime: Runtime; info: MachineInfo }> | undefined

/** The runtime of the studio: WebAssembly from beside the page; where that does not work, the slow reference. */
export function studioRuntime(): Promise<{ runtime: Runtime; info: MachineInfo }> {
  opened ??= open()
  return opened
}

async function open(): Promise<{ runtime: Runtime; info: MachineInfo }> {
  let note: string | undefined
  const runtime = await openRuntime('auto', {
    wasm: (file) => new URL(file, import.meta.url),
    onFallback: (_from, reason) => {
      note = `Training is slow here: ${reason}`
    },
  })
  if (note === undefined && !globalThis.crossOriginIsolated) note = unshared
  return { runtime, info: { machine: runtime.machine, ...(note !== undefined && { note }) } }
}

const unshared =
  'One thread: this page may not share memory with its workers. The command `sluice studio` serves it so that it may.'
