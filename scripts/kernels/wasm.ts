import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Tree } from '@yowasp/clang'
import { compileWasm } from './compilers.ts'
import { runtimeSource, wasmFlags, wasmModules, wasmSource } from './flags.ts'
import { isFresh, keyOf, readSources, seconds, writeStamp, type Outcome } from './stamp.ts'

/**
 * Builds the modules of build/wasm from kernels/ with the compiler from npm, unless they are there already.
 * @param root the repository
 * @param force build even if nothing changed
 * @throws with the compiler's words when a source does not compile
 */
export async function buildWasm(root: string, force: boolean): Promise<Outcome> {
  const sources = readSources(join(root, 'kernels'))
  const folder = join(root, 'build', 'wasm')
  const compiler = compilerVersion()
  const key = keyOf([sources, wasmFlags, wasmModules, compiler])
  if (!force && isFresh(folder, key)) return { state: 'fresh', line: 'WebAssembly: up to date' }

  const started = performance.now()
  mkdirSync(folder, { recursive: true })
  for (const module of wasmModules) {
    const args = [...wasmFlags, ...module.flags, runtimeSource, wasmSource]
    await compileWasm(asTree(sources), args, join(folder, module.file))
  }
  const outputs = wasmModules.map((module) => module.file)
  writeStamp(folder, { key, compiler, outputs })
  return {
    state: 'built',
    line: `WebAssembly: ${outputs.join(', ')} with ${compiler} in ${seconds(started)}`,
  }
}

/** Paths with slashes, as folders within folders. */
function asTree(sources: Readonly<Record<string, string>>): Tree {
  const tree: Tree = {}
  for (const [path, text] of Object.entries(sources)) {
    const folders = path.split('/')
    const name = folders.pop() ?? path
    let place = tree
    for (const folder of folders) place = (place[folder] ??= {}) as Tree
    place[name] = text
  }
  return tree
}

function compilerVersion(): string {
  const bundle = createRequire(import.meta.url).resolve('@yowasp/clang')
  const { version } = JSON.parse(readFileSync(join(dirname(bundle), '..', 'package.json'), 'utf8')) as {
    version: string
  }
  return `@yowasp/clang ${version}`
}
