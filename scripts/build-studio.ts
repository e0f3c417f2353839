import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { OutputFile } from 'esbuild'
import { bundleForBrowser } from './browser-bundle.ts'
import { wasmModules } from './kernels/flags.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

/** Where the studio is built. */
export const studioFolder = `${root}dist/studio`

/** Scripts and styles of the studio, in memory: the page, its worker, and what they share. */
export async function bundleStudio(): Promise<readonly OutputFile[]> {
  const { outputFiles } = await bundleForBrowser({
    entryPoints: { page: 'studio/src/main.tsx', worker: 'studio/src/worker/worker.ts' },
    outdir: studioFolder,
    chunkNames: 'part-[hash]',
    format: 'esm',
    splitting: true,
    minify: true,
    legalComments: 'none',
  })
  return outputFiles
}

/** Bytes of all scripts as they travel, compressed. */
export function scriptBytes(files: readonly OutputFile[]): number {
  const scripts = files.filter(({ path }) => path.endsWith('.js'))
  return scripts.reduce((total, { contents }) => total + gzipSync(contents).length, 0)
}

/** Builds the studio into a folder: files that any server can give out. @returns a line about it */
export async function buildStudio(folder = studioFolder): Promise<string> {
  const files = await bundleStudio()
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const { path, contents } of files) writeFileSync(join(folder, basename(path)), contents)
  copyFileSync(`${root}studio/index.html`, `${folder}/index.html`)
  for (const { file } of wasmModules) copyFileSync(`${root}build/wasm/${file}`, `${folder}/${file}`)
  return `studio: ${Math.round(scriptBytes(files) / 1024)} KiB of scripts, compressed`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await buildStudio())
