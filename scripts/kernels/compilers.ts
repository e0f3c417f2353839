import { execFile } from 'node:child_process'
import { renameSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import { commands, runLLVM, type Tree } from '@yowasp/clang'

const run = promisify(execFile)

/** A C++ compiler of this machine. */
export interface Compiler {
  readonly command: string
  /** Arguments that are part of the command. */
  readonly leading: readonly string[]
  readonly version: string
}

/** The first C++ compiler there is: $CXX, else c++, g++, clang++. @throws when $CXX is set and does not run */
export async function findCompiler(): Promise<Compiler | undefined> {
  const wanted = process.env['CXX']?.trim()
  const candidates = wanted ? [wanted] : ['c++', 'g++', 'clang++']
  for (const candidate of candidates) {
    const [command = candidate, ...leading] = candidate.split(/\s+/)
    try {
      const { stdout } = await run(command, [...leading, '--version'])
      return { command, leading, version: stdout.split('\n', 1)[0] ?? command }
    } catch {
      continue
    }
  }
  if (wanted) throw new Error(`CXX is '${wanted}', which does not run; set it to a C++ compiler or unset it`)
  return undefined
}

/** Runs a compiler. @throws with its words, and what it was at, when it fails */
export async function invoke(compiler: Compiler, task: string, args: readonly string[]): Promise<void> {
  try {
    await run(compiler.command, [...compiler.leading, ...args], { maxBuffer: 1 << 26 })
  } catch (error) {
    const { stderr } = error as { stderr?: string }
    throw new Error(`${compiler.command} failed at ${task}\n${stderr ?? String(error)}`, { cause: error })
  }
}

/**
 * Compiles to WebAssembly with the compiler from npm and puts the module at `path`, whole or not at all.
 * @param args everything but the output
 * @throws with the compiler's words when a source does not compile
 */
export async function compileWasm(sources: Tree, args: readonly string[], path: string): Promise<void> {
  await runLLVM(undefined, {}, { fetchProgress: () => {} }) // loads the compiler; without this it reports each piece
  const file = basename(path)
  let complaint = ''
  const stderr = (bytes: Uint8Array | null) => {
    if (bytes !== null) complaint += Buffer.from(bytes).toString()
  }
  try {
    const files = await commands['clang++']([...args, '-o', file], sources, { stderr })
    writeFileSync(`${path}.${process.pid}`, files?.[file] as Uint8Array)
    renameSync(`${path}.${process.pid}`, path)
  } catch (error) {
    throw new Error(`clang++ failed at ${file}\n${complaint || String(error)}`, { cause: error })
  }
}
