/** One compilation of kernels/runtime.cpp: its name becomes SLUICE_ISA. */
export interface InstructionSet {
  readonly name: string
  readonly flags: readonly string[]
}

/** One linked WebAssembly module: its file name in build/wasm and what it adds to the common flags. */
export interface WasmModule {
  readonly file: string
  readonly flags: readonly string[]
}

/** The source that is compiled once for each instruction set. */
export const runtimeSource = 'runtime.cpp'

/** The Node-API side of the native addon, compiled once with the baseline flags. */
export const addonSource = 'addon.cpp'

/** The exports of the WebAssembly modules. */
export const wasmSource = 'wasm.cpp'

const languageFlags = [
  '-std=c++20',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-ffp-contract=off',
  '-fno-exceptions',
  '-fno-rtti',
  '-fvisibility=hidden',
  '-Wall',
  '-Wextra',
  '-Werror',
]

/** Flags of every native object. */
export const nativeFlags: readonly string[] = [...languageFlags, '-O3', '-fPIC', '-pthread']

/**
 * Flags of all WebAssembly modules. They need the compiler's own headers only: no C or C++ library. The loops that matter
 * are unrolled by hand, so optimizing for size makes the modules smaller and nothing slower.
 */
export const wasmFlags: readonly string[] = [
  ...languageFlags,
  '-Os',
  '--target=wasm32',
  '-nostdlib',
  '-nostdinc++',
  '-msimd128',
  '-mbulk-memory',
  '-DSLUICE_ISA=wasm',
  '-Wl,--no-entry',
  '-Wl,--import-memory',
  '-Wl,--stack-first',
  '-Wl,-z,stack-size=1048576',
  '-Wl,--strip-all',
  '-Wl,--export=__heap_base',
  '-Wl,--export=__stack_pointer',
]

const withThreads = ['-matomics', '-Wl,--shared-memory', '-Wl,--max-memory=4294967296']
const withoutRare = ['-DSLUICE_WITHOUT_RARE']

/**
 * Single-threaded, and with shared memory for threads (4 GiB at most); each without what few plans hold, which is small
 * and does for most, and full.
 */
export const wasmModules: readonly WasmModule[] = [
  { file: 'sluice.wasm', flags: withoutRare },
  { file: 'sluice-threads.wasm', flags: [...withoutRare, ...withThreads] },
  { file: 'sluice-full.wasm', flags: [] },
  { file: 'sluice-full-threads.wasm', flags: withThreads },
]

const baseline: InstructionSet = { name: 'baseline', flags: [] }

const avx512 = ['-mavx512f', '-mavx512bw', '-mavx512vl', '-mavx512dq', '-mfma', '-mprefer-vector-width=512']

const x64: readonly InstructionSet[] = [
  baseline,
  { name: 'avx2', flags: ['-mavx2', '-mfma'] },
  { name: 'avx512', flags: avx512 },
  { name: 'avx512bf16', flags: [...avx512, '-mavx512bf16'] },
]

/**
 * The instruction sets built for a processor (`process.arch`), weakest first. The order is the link order: where two
 * objects hold the same inline function the linker keeps the first, so the weakest processor can always run it.
 */
export function instructionSets(arch: string): readonly InstructionSet[] {
  if (arch === 'x64') return x64
  if (arch === 'arm64') return [{ name: 'neon', flags: [] }]
  return [baseline]
}
