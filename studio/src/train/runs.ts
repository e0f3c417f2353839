import { signal } from '@preact/signals'
import { loadModel } from '../store.ts'
import { type Curve, emptyCurve, extended } from './curve.ts'

/*
 * Runs on disk, where `sluice studio RUN …` serves the page: their names, and the losses of those that are followed.
 */

export const runNames = signal<readonly string[]>([])
/** Curves of the runs that are shown. */
export const runCurves = signal<ReadonlyMap<string, Curve>>(new Map())

const sources = new Map<string, EventSource>()

/** A line of metrics as runs write them. */
interface Metrics {
  readonly step: number
  readonly loss: number
  readonly validation?: number
}

function address(name: string, what: 'metrics' | 'model'): string {
  return `api/runs/${encodeURIComponent(name)}/${what}`
}

/** Asks the server for its runs; a page that came from elsewhere has none. */
export async function findRuns(): Promise<readonly string[]> {
  const response = await fetch('api/runs').catch(() => undefined)
  if (response?.ok && response.headers.get('Content-Type') === 'application/json')
    runNames.value = (await response.json()) as readonly string[]
  return runNames.value
}

function put(name: string, curve: Curve): void {
  runCurves.value = new Map([...runCurves.value, [name, curve]])
}

/** Shows the losses of a run, and what is added to them. */
export function follow(name: string): void {
  if (sources.has(name)) return
  const source = new EventSource(address(name, 'metrics'))
  sources.set(name, source)
  // A connection that was lost begins anew, and so does a run that went back to an earlier checkpoint.
  source.addEventListener('open', () => put(name, emptyCurve))
  source.addEventListener('again', () => put(name, emptyCurve))
  source.addEventListener('message', ({ data }: MessageEvent<string>) => {
    const lines = JSON.parse(data) as readonly Metrics[]
    put(name, extended(runCurves.value.get(name) ?? emptyCurve, lines))
  })
}

/** Shows a run no more. */
export function leave(name: string): void {
  sources.get(name)?.close()
  sources.delete(name)
  runCurves.value = new Map([...runCurves.value].filter(([other]) => other !== name))
}

/** Takes the best model of a run into the page. @throws an error for people where it does not load */
export async function takeModel(name: string): Promise<void> {
  const response = await fetch(address(name, 'model'))
  if (!response.ok) throw new Error((await response.text()) || `The model of ${name} did not load.`)
  await loadModel(new Uint8Array(await response.arrayBuffer()), name)
}
