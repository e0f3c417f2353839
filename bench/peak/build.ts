import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Tree } from '@yowasp/clang'
import { compileWasm, findCompiler, invoke } from '../../scripts/kernels/compilers.ts'
import { instructionSets, nativeFlags, wasmFlags } from '../../scripts/kernels/flags.ts'
import { isFresh, keyOf, readSources, writeStamp } from '../../scripts/kernels/stamp.ts'

/** The header of the kernels that the loops use. */
const shared = 'vector.h'
const wasmFile = 'peak.wasm'
const nativeFile = (isa: string): string => `peak-${isa}`

/** Where the loops are built to. */
export interface Peaks {
  /** The program of an instruction set, `avx512` for instance; undefined where there is no compiler. */
  native(isa: string): string | undefined
  readonly wasm: string
}

/** Compiles the loops of this folder into build/bench, unless they are there already. */
export async function buildPeaks(root: string): Promise<Peaks> {
  const sources = {
    ...readSources(join(root, 'bench', 'peak')),
    [shared]: readFileSync(join(root, 'kernels', shared), 'utf8'),
  }
  const folder = join(root, 'build', 'bench')
  mkdirSync(folder, { recursive: true })
  const built = await once(join(folder, 'native'), [sources, nativeFlags, process.arch], (into) =>
    buildNative(root, into),
  )
  await once(join(folder, 'wasm'), [sources, wasmFlags], (into) => buildWasm(sources, into))
  return {
    native: (isa) => (built.includes(nativeFile(isa)) ? join(folder, 'native', nativeFile(isa)) : undefined),
    wasm: join(folder, 'wasm', wasmFile),
  }
}

/** Builds into a folder if what decides the outputs has changed. Gives the outputs' names. */
async function once(
  folder: string,
  inputs: readonly unknown[],
  build: (folder: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const key = keyOf([inputs, process.env['CXX'] ?? ''])
  if (!isFresh(folder, key)) {
    mkdirSync(folder, { recursive: true })
    writeStamp(folder, { key, compiler: '', outputs: await build(folder) })
  }
  const stamp = JSON.parse(readFileSync(join(folder, 'built.json'), 'utf8')) as { outputs: readonly string[] }
  return stamp.outputs
}

async function buildNative(root: string, folder: string): Promise<readonly string[]> {
  const compiler = await findCompiler()
  if (compiler === undefined) return []
  const outputs: string[] = []
  for (const { name, flags } of instructionSets(process.arch)) {
    const output = nativeFile(name)
    const args = [...nativeFlags, ...flags, `-DSLUICE_ISA=${name}`, '-I', join(root, 'kernels')]
    await invoke(compiler, output, [
      ...args,
      join(root, 'bench', 'peak', 'native.cpp'),
      '-o',
      join(folder, output),
    ])
    outputs.push(output)
  }
  return outputs
}

async function buildWasm(sources: Tree, folder: string): Promise<readonly string[]> {
  await compileWasm(sources, [...wasmFlags, 'wasm.cpp'], join(folder, wasmFile))
  return [wasmFile]
}
