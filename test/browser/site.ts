import { readFile } from 'node:fs/promises'
import { type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { bundleForBrowser } from '../../scripts/browser-bundle.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Deep enough that the modules' addresses, relative to the bundle's, end in /build/wasm/ as in the package. */
const bundleAddress = '/dist/runtime/wasm/page.js'

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** Pages with one bundled script, on a port of this machine. */
export interface Site {
  /** A page that may share memory with its workers, and one that may not. */
  readonly isolated: string
  readonly plain: string
  close(): void
}

/** Serves the bundle of `entry`, a module in this repository, and the files of build/. */
export async function openSite(entry: string): Promise<Site> {
  const { outputFiles } = await bundleForBrowser({ entryPoints: [entry], format: 'esm', minify: true })
  const script = outputFiles[0]!.text
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    void answer(pathname, script, response)
  })
  const port = await listen(server)
  const address = `http://localhost:${port}`
  return { isolated: `${address}/isolated`, plain: `${address}/plain`, close: () => server.close() }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return (server.address() as AddressInfo).port
}

async function answer(path: string, script: string, response: ServerResponse): Promise<void> {
  const send = (type: string, body: string | Buffer, headers = {}) =>
    response.writeHead(200, { 'Content-Type': type, ...headers }).end(body)
  if (path === '/isolated' || path === '/plain') {
    const page = `<!doctype html><title>Sluice</title><script type="module" src="${bundleAddress}"></script>`
    return void send('text/html', page, path === '/isolated' ? isolation : {})
  }
  if (path === bundleAddress) return void send('text/javascript', script)
  const body = /^\/build\/[\w/-]+\.wasm$/.test(path)
    ? await readFile(root + path).catch(() => undefined)
    : undefined
  if (body === undefined) response.writeHead(404).end()
  else send('application/wasm', body)
}
