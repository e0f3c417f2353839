import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join, resolve } from 'node:path'
import { SluiceError } from '../../core/errors.ts'
import { encodeModel } from '../../interop/index.ts'
import { findModel } from '../../train/read-model.ts'
import { GrowingLines, pointsOf } from './metrics.ts'
import { staticFile } from './static.ts'

/** What the studio serves. */
export interface StudioOptions {
  /** Folder of the built studio. */
  readonly folder: string
  /** Run directories that it shows. */
  readonly runs: readonly string[]
  /** 0 for any that is free. */
  readonly port: number
}

/** A studio that is being served on this machine. */
export interface StudioServer {
  readonly url: string
  close(): void
}

/** Headers of every answer: the page may share memory with its workers, and loads nothing from anywhere else. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
}

/** Milliseconds between two looks at the metrics of a run. */
const lookEvery = 500

/** Serves the studio and its runs, to this machine alone. @throws SluiceError `studio-port` */
export async function serveStudio(options: StudioOptions): Promise<StudioServer> {
  const runs = named(options.runs)
  const server = createServer((request, response) => {
    void answer(request, response, options.folder, runs).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, headers)
      response.end(error instanceof Error ? error.message : String(error))
    })
  })
  await listen(server, options.port)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://localhost:${port}/`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Runs by the last parts of their paths, with a number behind one that another has. */
function named(paths: readonly string[]): ReadonlyMap<string, string> {
  const runs = new Map<string, string>()
  for (const path of paths) {
    const own = basename(resolve(path))
    let name = own
    for (let number = 2; runs.has(name); number++) name = `${own}-${number}`
    runs.set(name, path)
  }
  return runs
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      fail(new SluiceError('studio-port', { port, reason: cause.code ?? cause.message }, { cause })),
    )
    server.listen(port, 'localhost', done)
  })
}

async function answer(
  { url = '/', method, headers: { host = '' } }: IncomingMessage,
  response: ServerResponse,
  folder: string,
  runs: ReadonlyMap<string, string>,
): Promise<void> {
  if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host)) return refuse(response, 403) // another site's name for this machine
  if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405)
  const { pathname } = new URL(url, 'http://localhost')
  if (pathname === '/api/runs') return sendJson(response, [...runs.keys()])
  if (pathname === '/api/metrics') return sendMetrics(response, runs)
  const [, name] = /^\/api\/runs\/([^/]+)\/model$/.exec(pathname) ?? []
  const run = name === undefined ? undefined : runs.get(decodeURIComponent(name))
  if (run !== undefined) return sendModel(response, run)
  const file = await staticFile(folder, pathname)
  if (!file) return refuse(response, 404)
  response.writeHead(200, { ...headers, 'Content-Type': file.type }).end(file.bytes)
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, headers).end()
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { ...headers, 'Content-Type': 'application/json' }).end(JSON.stringify(value))
}

/** The best model of a run; where it does not load, why. */
async function sendModel(response: ServerResponse, run: string): Promise<void> {
  try {
    const { model } = await findModel(run)
    const type = { 'Content-Type': 'application/octet-stream' }
    response.writeHead(200, { ...headers, ...type }).end(encodeModel(model))
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    response.writeHead(422, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(error.message)
  }
}

/**
 * The metrics of all runs as server-sent events: what there is, then what comes, in pieces; `again` starts a run anew. One
 * connection for all: a browser has six for a server, over all its tabs, and an event stream keeps its own.
 */
async function sendMetrics(response: ServerResponse, runs: ReadonlyMap<string, string>): Promise<void> {
  response.writeHead(200, { ...headers, 'Content-Type': 'text/event-stream' })
  response.flushHeaders()
  const files = Array.from(runs, ([run, path]) => ({
    run,
    growing: new GrowingLines(join(path, 'metrics.jsonl')),
  }))
  while (!response.destroyed && !response.writableEnded) {
    let isQuiet = true
    for (const { run, growing } of files) {
      const { lines, again } = await growing.next()
      if (lines.length === 0 && !again) continue
      isQuiet = false
      response.write(`data: ${JSON.stringify({ run, again, points: lines.flatMap(pointsOf) })}\n\n`)
    }
    if (isQuiet) await pause(response)
  }
}

/** Waits for the next look, or for the end of the connection. */
function pause(response: ServerResponse): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(end, lookEvery)
    function end(): void {
      clearTimeout(timer)
      response.off('close', end)
      done()
    }
    response.once('close', end)
  })
}
