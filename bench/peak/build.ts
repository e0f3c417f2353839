import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { commands, runLLVM, type Tree } from '@yowasp/clang'
import { instructionSets, nativeFlags, wasmFlags } from '../../scripts/kernels/flags.ts'
import { isFresh, keyOf, readSources, writeStamp } from '../../scripts/kernels/stamp.ts'

const run = promisify(execFile)

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
  const outputs: string[] = []
  for (const { name, flags } of instructionSets(process.arch)) {
    const output = nativeFile(name)
    const args = [...nativeFlags, ...flags, `-DSLUICE_ISA=${name}`, '-I', join(root, 'kernels')]
    if (await compile([...args, join(root, 'bench', 'peak', 'native.cpp'), '-o', join(folder, output)]))
      outputs.push(output)
  }
  return outputs
}

/** Runs the first C++ compiler there is. @returns false if there is none */
async function compile(args: readonly string[]): Promise<boolean> {
  const wanted = process.env['CXX']?.trim()
  for (const compiler of wanted ? [wanted] : ['c++', 'g++', 'clang++']) {
    const [command = compiler, ...leading] = compiler.split(/\s+/)
    try {
      await run(command, [...leading, ...args])
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return false
}

async function buildWasm(sources: Tree, folder: string): Promise<readonly string[]> {
  await runLLVM(undefined, {}, { fetchProgress: () => {} })
  let complaint = ''
  const stderr = (bytes: Uint8Array | null) => {
    if (bytes !== null) complaint += Buffer.from(bytes).toString()
  }
  try {
    const files = await commands['clang++']([...wasmFlags, 'wasm.cpp', '-o', wasmFile], sources, { stderr })
    const path = join(folder, wasmFile)
    writeFileSync(`${path}.${process.pid}`, files?.[wasmFile] as Uint8Array)
    renameSync(`${path}.${process.pid}`, path)
  } catch (error) {
    throw new Error(`clang++ failed at bench/peak/wasm.cpp\n${complaint || String(error)}`, { cause: error })
  }
  return [wasmFile]
}
