import { computed, signal } from '@preact/signals'
import { loadModel } from '../store.ts'
import type { Point } from '../worker/messages.ts'
import { type Curve, emptyCurve, extended } from './curve.ts'

/*
 * Runs on disk, where `sluice studio RUN …` serves the page: their names and their losses.
 */

export const runNames = signal<readonly string[]>([])
/** Curves of all runs. */
const curves = signal<ReadonlyMap<string, Curve>>(new Map())
const shown = signal<ReadonlySet<string>>(new Set())
/** Curves of the runs that are shown. */
export const runCurves = computed<ReadonlyMap<string, Curve>>(
  () => new Map(Array.from(shown.value, (name) => [name, curves.value.get(name) ?? emptyCurve])),
)

/** What comes of a run's metrics; `again` starts it anew. */
interface Metrics {
  readonly run: string
  readonly again: boolean
  readonly points: readonly Point[]
}

/** News of the runs: all that is known, or what was added. */
type News =
  | { readonly kind: 'state'; readonly curves: ReadonlyMap<string, Curve> }
  | { readonly kind: 'metrics'; readonly metrics: Metrics }

/** A tab was opened, and knows nothing yet. */
interface Joined {
  readonly kind: 'joined'
}

/** Asks the server for its runs; a page that came from elsewhere has none. */
export async function findRuns(): Promise<readonly string[]> {
  const response = await fetch('api/runs').catch(() => undefined)
  if (response?.ok && response.headers.get('Content-Type') === 'application/json')
    runNames.value = (await response.json()) as readonly string[]
  return runNames.value
}

/**
 * Hears of all runs: from the server in one tab, and from that one in all others, as a browser has six connections for a
 * server, over all its tabs. Where tabs cannot agree on one, each asks for itself.
 */
export function listen(): void {
  if (!navigator.locks) return hearServer(heed)
  const tabs = new BroadcastChannel('sluice-studio-runs')
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no other origin
  const post = (said: News | Joined): void => tabs.postMessage(said)
  let leads = false
  const lead = (): Promise<never> => {
    leads = true
    hearServer((news) => {
      heed(news)
      post(news)
    })
    return new Promise(() => undefined) // until the tab is closed
  }
  tabs.addEventListener('message', ({ data }: MessageEvent<News | Joined>) => {
    if (data.kind !== 'joined') heed(data)
    else if (leads) post({ kind: 'state', curves: curves.value })
  })
  post({ kind: 'joined' })
  void navigator.locks.request('sluice-studio-runs', lead)
}

/** Hears of all runs in one connection; one that was lost begins anew. */
function hearServer(tell: (news: News) => void): void {
  const source = new EventSource('api/metrics')
  source.addEventListener('open', () => tell({ kind: 'state', curves: new Map() }))
  source.addEventListener('message', ({ data }: MessageEvent<string>) =>
    tell({ kind: 'metrics', metrics: JSON.parse(data) as Metrics }),
  )
}

function heed(news: News): void {
  if (news.kind === 'state') {
    curves.value = news.curves
    return
  }
  const { run, again, points } = news.metrics
  const before = again ? undefined : curves.value.get(run)
  curves.value = new Map([...curves.value, [run, extended(before ?? emptyCurve, points)]])
}

/** Shows the losses of a run. */
export function follow(name: string): void {
  shown.value = new Set([...shown.value, name])
}

/** Shows a run no more. */
export function leave(name: string): void {
  shown.value = new Set([...shown.value].filter((other) => other !== name))
}

/** Takes the best model of a run into the page. @throws an error for people where it does not load */
export async function takeModel(name: string): Promise<void> {
  const response = await fetch(`api/runs/${encodeURIComponent(name)}/model`)
  if (!response.ok) throw new Error((await response.text()) || `The model of ${name} did not load.`)
  await loadModel(new Uint8Array(await response.arrayBuffer()), name)
}
