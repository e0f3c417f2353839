/** What kernels/wasm.cpp exports. */
export interface Exports {
  readonly __heap_base: WebAssembly.Global
  place(plan: number, words: number, threads: number): number
  arena(): number
  call(): number
  stack(thread: number): number
  run(thread: number): void
  runAlone(): void
}
