import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Command } from './contestant.ts'

const bench = fileURLToPath(new URL('./', import.meta.url))

/** As deep as the modules of src/runtime, which find the kernels by a path from themselves. */
const folder = fileURLToPath(new URL('../build/bench/contestants/', import.meta.url))

/** The scripts of this folder that run as processes of their own. */
const entries = {
  sluice: 'sluice/main.ts',
  layers: 'sluice/layers.ts',
  'wasm-peak': 'peak/wasm-host.ts',
  tensorflow: 'rivals/tensorflow.ts',
  jax: 'rivals/jax.ts',
  brain: 'rivals/brain.ts',
  onnxruntime: 'rivals/onnxruntime.ts',
} as const

/** Makes JavaScript of the scripts: run as they are, they would hold the memory of what strips their types. */
export async function buildScripts(): Promise<void> {
  await build({
    absWorkingDir: bench,
    entryPoints: { ...entries },
    outdir: folder,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  })
}

/** Runs a script in this folder, where the rivals' packages are. */
export function script(name: keyof typeof entries, task?: unknown, ...args: string[]): Command {
  return { file: process.execPath, args: [`${folder}${name}.js`, ...args], cwd: bench, task }
}
