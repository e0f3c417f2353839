import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Command } from '../contestant.ts'
import { type CellName, type Configuration, symbols } from '../models.ts'

const run = promisify(execFile)

/** A library that trains the same model. */
export interface Rival {
  readonly name: string
  /** How it is started for a model, or why it cannot be compared. */
  command(
    cell: CellName,
    configuration: Configuration,
    threads: number,
  ): Command | { readonly missing: string }
}

/** All rivals: those that are not here say so when they are asked for a command. */
export async function findRivals(): Promise<readonly Rival[]> {
  const absent = ['TensorFlow.js', 'jax-js', 'brain.js'].map((name): Rival => ({
    name,
    command: () => ({ missing: 'not measured yet' }),
  }))
  return [pytorch(await findPython()), ...absent]
}

const torchScript = fileURLToPath(new URL('pytorch.py', import.meta.url))

/** The library's name of a cell. */
const torchCells: Partial<Record<CellName, string>> = { lstm: 'LSTM', gru: 'GRU' }

function pytorch(python: string | undefined): Rival {
  return {
    name: 'PyTorch',
    command(cell, { layers, hidden, batch, steps }, threads) {
      const module = torchCells[cell]
      if (python === undefined) return { missing: "not installed ('import torch' fails)" }
      if (module === undefined) return { missing: 'has no such layer' }
      const task = JSON.stringify({ module, symbols, layers, hidden, batch, steps, threads })
      return { file: python, args: [torchScript, task], env: torchEnvironment(threads) }
    },
  }
}

/** Without the settings of OpenBLAS that this shell may have: some make it several times slower. */
function torchEnvironment(threads: number): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('OPENBLAS_'))
  return {
    ...Object.fromEntries(kept),
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
