import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type CellName, type Task, symbols } from '../models.ts'
import type { Entry, Rival, RivalTask } from './rival.ts'

const run = promisify(execFile)
const main = fileURLToPath(new URL('pytorch/main.py', import.meta.url))

/** One way to write the model in PyTorch. */
interface Variant {
  readonly name: string
  readonly tasks: readonly Task[]
  readonly cells: readonly CellName[]
  readonly module: 'layers' | 'loop' | 'hand'
  /** The input products of all steps are one product before the loop. */
  readonly hoisted?: boolean
  /** Compiled by torch.jit. */
  readonly scripted?: boolean
}

const own: Variant = {
  name: 'PyTorch',
  tasks: ['training', 'forward', 'sampling'],
  cells: ['lstm', 'gru', 'rnn'],
  module: 'layers',
}
const byHand: Variant = { name: 'PyTorch by hand', tasks: ['sampling'], cells: ['lstm'], module: 'hand' }
const loop = {
  tasks: ['training'],
  cells: ['lstm', 'gru', 'peephole_lstm'],
  module: 'loop',
} as const satisfies Partial<Variant>

const variants: readonly Variant[] = [
  own,
  { ...loop, name: 'PyTorch loop, hoisted', hoisted: true },
  { ...loop, name: 'PyTorch loop, hoisted, jit', hoisted: true, scripted: true },
  { ...loop, name: 'PyTorch loop' },
  { ...loop, name: 'PyTorch loop, jit', scripted: true },
  byHand,
]

/** PyTorch in all the ways in which one would write the model. */
export async function pytorchRivals(): Promise<readonly Rival[]> {
  const python = await findPython()
  return variants.map((variant): Rival => ({
    name: variant.name,
    family: 'pytorch',
    engine: 'native',
    mostThreads: Infinity,
    enter(cell, configuration) {
      if (!variant.tasks.includes(configuration.task)) return undefined
      if (!variant.cells.includes(cell)) return variant === own ? { missing: 'has no such layer' } : undefined
      if (python === undefined) return { missing: "not installed ('import torch' fails)" }
      return {
        exact: true,
        command(threads, twin) {
          const { module, hoisted = false, scripted = false } = variant
          const task: RivalTask = { cell, configuration, symbols, threads, twin }
          return {
            file: python,
            args: [main],
            env: environment(threads),
            task: { ...task, module, hoisted, scripted },
          }
        },
      } satisfies Entry
    },
  }))
}

/**
 * Debian's OpenBLAS that shares its threads with PyTorch, where it is installed; and none of the settings of OpenBLAS that
 * this shell may have, some of which make it several times slower.
 */
function environment(threads: number): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('OPENBLAS_'))
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string]
  const openblas = `/usr/lib/${machine}-linux-gnu/openblas-openmp`
  return {
    ...Object.fromEntries(kept),
    ...(existsSync(openblas) && { LD_LIBRARY_PATH: openblas }),
    PYTHONDONTWRITEBYTECODE: '1',
    OMP_NUM_THREADS: String(threads),
    OPENBLAS_NUM_THREADS: String(threads),
  }
}

/** A Python that has PyTorch: PYTHON, the first in the path, or the system's. */
async function findPython(): Promise<string | undefined> {
  const wanted = process.env['PYTHON']
  for (const python of wanted ? [wanted] : ['python3', '/usr/bin/python3']) {
    try {
      await run(python, ['-c', 'import torch'])
      return python
    } catch {
      continue
    }
  }
  return undefined
}
