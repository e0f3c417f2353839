import { type CellName, type Task, symbols } from '../models.ts'
import { script } from '../scripts.ts'
import { missingPackage } from './packages.ts'
import { pytorchRivals } from './pytorch.ts'
import type { Rival, RivalTask } from './rival.ts'

/** A rival from npm. */
interface Packaged extends Pick<Rival, 'name' | 'family' | 'engine' | 'mostThreads'> {
  readonly package: string
  readonly script: 'tensorflow' | 'jax' | 'brain' | 'onnxruntime'
  readonly tasks: readonly Task[]
  /** The cells that it has, and whether they have the same equations. */
  readonly cells: Partial<Record<CellName, 'same' | 'similar'>>
  /** What its script is told beside the task. */
  readonly settings?: Readonly<Record<string, string>>
}

const tensorflow = {
  family: 'tensorflow',
  mostThreads: 1, // in Node
  script: 'tensorflow',
  tasks: ['training', 'forward', 'sampling'],
  cells: { lstm: 'same', gru: 'similar', gru_reset_before: 'same' },
} as const satisfies Partial<Packaged>

const packaged: readonly Packaged[] = [
  {
    ...tensorflow,
    name: 'TensorFlow.js wasm',
    engine: 'wasm',
    package: '@tensorflow/tfjs-backend-wasm',
    settings: { backend: 'wasm' },
  },
  {
    ...tensorflow,
    name: 'TensorFlow.js cpu',
    engine: 'javascript',
    package: '@tensorflow/tfjs-backend-cpu',
    settings: { backend: 'cpu' },
  },
  {
    name: 'jax-js',
    family: 'jax',
    engine: 'wasm',
    mostThreads: 1, // in Node
    package: '@jax-js/jax',
    script: 'jax',
    tasks: ['training'],
    cells: { lstm: 'same', gru: 'same', peephole_lstm: 'same' },
  },
  {
    name: 'brain.js',
    family: 'brain',
    engine: 'javascript',
    mostThreads: 1,
    package: 'brain.js',
    script: 'brain',
    tasks: ['training'],
    cells: { lstm: 'similar', gru: 'similar' },
  },
  {
    name: 'onnxruntime',
    family: 'onnxruntime',
    engine: 'native',
    mostThreads: Infinity,
    package: 'onnxruntime-node',
    script: 'onnxruntime',
    tasks: ['forward', 'sampling'],
    cells: { lstm: 'same', gru: 'same', peephole_lstm: 'same', gru_reset_before: 'same' },
  },
]

/** All rivals: those that are not here say so when they are to take part. */
export async function findRivals(): Promise<readonly Rival[]> {
  return [...(await pytorchRivals()), ...packaged.map(packagedRival)]
}

/** Names of the families, for `--rival`. */
export const families = ['pytorch', 'tensorflow', 'jax', 'brain', 'onnxruntime'] as const

function packagedRival(own: Packaged): Rival {
  const { name, family, engine, mostThreads } = own
  return {
    name,
    family,
    engine,
    mostThreads,
    enter(cell, configuration) {
      if (!own.tasks.includes(configuration.task)) return undefined
      const same = own.cells[cell]
      if (same === undefined) return { missing: 'has no such layer' }
      const missing = missingPackage(own.package)
      if (missing !== undefined) return { missing }
      return {
        exact: same === 'same',
        command(threads, twin) {
          const task: RivalTask = { cell, configuration, symbols, threads, twin }
          return script(own.script, { ...task, ...own.settings })
        },
      }
    },
  }
}
