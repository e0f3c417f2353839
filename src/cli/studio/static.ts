import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The built studio: the same from src and from dist. */
export const builtStudio = fileURLToPath(new URL('../../../dist/studio/', import.meta.url))

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
}

/** A file to send. */
export interface StaticFile {
  readonly type: string
  readonly bytes: Buffer
}

/** A file of the built studio by its address, `/` for the page; undefined where there is none. */
export async function staticFile(folder: string, path: string): Promise<StaticFile | undefined> {
  const name = path === '/' ? 'index.html' : path.slice(1)
  const type = types[extname(name)]
  if (type === undefined || !/^[\w-]+\.\w+$/.test(name)) return undefined
  const bytes = await readFile(join(folder, name)).catch(() => undefined)
  return bytes && { type, bytes }
}
