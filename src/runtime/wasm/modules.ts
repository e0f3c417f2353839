import { Unsupported } from '../../core/errors.ts'
import type { WasmFile } from './host.ts'

/** Gives the module that runs a plan. @throws Unsupported when it is not there or does not work here */
export type ModuleFor = (plan: Int32Array) => Promise<WebAssembly.Module>

/** Modules that are fetched and compiled once; what failed is tried again. */
export class Modules {
  readonly #read: (file: WasmFile) => Promise<BufferSource>
  readonly #known = new Map<WasmFile, Promise<WebAssembly.Module>>()

  constructor(read: (file: WasmFile) => Promise<BufferSource>) {
    this.#read = read
  }

  /** @throws Unsupported when a module is missing or another, or this engine has not the instructions that it uses */
  get(file: WasmFile): Promise<WebAssembly.Module> {
    const known = this.#known.get(file)
    if (known !== undefined) return known
    const compiled = this.#compiled(file)
    this.#known.set(file, compiled)
    compiled.catch(() => this.#known.delete(file))
    return compiled
  }

  async #compiled(file: WasmFile): Promise<WebAssembly.Module> {
    const module = await compile(await this.#read(file))
    if (file.startsWith('sluice-full') && !isFull(module))
      throw new Unsupported('unsupported/wasm-other', { file })
    return module
  }
}

/** A module of one function whose body is a vector of zeros, dropped; `|` parts the sections. */
const simdProbe = `0061736d01000000|010401600000|03020100|0a17011500fd0c${'00'.repeat(16)}1a0b`

async function compile(bytes: BufferSource): Promise<WebAssembly.Module> {
  if (!WebAssembly.validate(fromHex(simdProbe))) throw new Unsupported('unsupported/wasm-simd')
  try {
    return await WebAssembly.compile(bytes)
  } catch (cause) {
    const reason = (cause as Error).message
    throw new Unsupported('unsupported/wasm-module', { reason }, { cause })
  }
}

/** Whether a module runs every plan: one that does not would leave out what it lacks, and say nothing. */
function isFull(module: WebAssembly.Module): boolean {
  return WebAssembly.Module.exports(module).some(({ name }) => name === 'full')
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/[\da-f]{2}/g) ?? [], (byte) => parseInt(byte, 16))
}
