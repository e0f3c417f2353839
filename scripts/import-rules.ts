/**
 * The folders of src and what each may import besides itself. Data flows down this list: a folder sees only what stands
 * above it, and some see less.
 */
export const layers: Readonly<Record<string, readonly string[]>> = {
  core: [],
  graph: ['core'],
  draw: ['core', 'graph'],
  equations: ['core', 'graph'],
  cells: ['core', 'graph', 'equations'],
  plan: ['core', 'graph'],
  runtime: ['core', 'graph', 'plan'],
  data: ['core'],
  measure: ['core'],
  model: ['core', 'graph', 'equations', 'cells', 'runtime', 'data'],
  interop: ['core', 'graph', 'data', 'model'],
  train: ['core', 'graph', 'cells', 'runtime', 'data', 'model', 'interop'],
  generate: ['core', 'graph', 'cells', 'runtime', 'data', 'model', 'interop', 'train'],
  inspect: [
    'core',
    'graph',
    'equations',
    'cells',
    'runtime',
    'data',
    'model',
    'interop',
    'train',
    'generate',
  ],
  task: ['core', 'data', 'measure', 'model', 'train', 'generate'],
  cli: [
    'core',
    'graph',
    'equations',
    'cells',
    'plan',
    'runtime',
    'data',
    'measure',
    'model',
    'interop',
    'train',
    'generate',
    'inspect',
    'task',
  ],
}

/** Where `node:` modules may be imported: whole folders end in a slash. Everything else also runs in a browser. */
export const nodeAllowed: readonly string[] = [
  'src/cli/',
  'src/data/file.ts',
  'src/data/files/',
  'src/train/directory.ts',
  'src/train/checkpoint-files.ts',
  'src/runtime/native/',
  'src/runtime/wasm/host-node.ts',
]

/** Packages from npm and where they may be imported. */
export const packagesAllowed: Readonly<Record<string, string>> = {
  commander: 'src/cli/',
  'csv-parse': 'src/data/files/csv.ts',
  hyparquet: 'src/data/files/parquet.ts',
  'hyparquet-writer': 'src/cli/',
}
