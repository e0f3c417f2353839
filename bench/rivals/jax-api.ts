/* What jax.ts uses of jax-js; written down here, so that it is checked without the package too. */

/** An array of numbers. A use consumes it; `ref` is the same array for one more use. */
export interface JaxArray {
  readonly ref: JaxArray
  add(other: JaxArray | number): JaxArray
  sub(other: JaxArray): JaxArray
  mul(other: JaxArray | number): JaxArray
  div(other: JaxArray): JaxArray
  sum(): JaxArray
  reshape(shape: readonly number[]): JaxArray
  data(): Promise<Float32Array>
  dispose(): void
}

/** Arrays by name. */
export type Arrays = Record<string, JaxArray>

/** The package `@jax-js/jax`. */
export interface Jax {
  init(device: 'wasm'): Promise<readonly string[]>
  defaultDevice(device: 'wasm'): void
  blockUntilReady(value: unknown): Promise<unknown>
  jit<Inputs extends readonly unknown[], Result>(
    work: (...inputs: Inputs) => Result,
  ): (...inputs: Inputs) => Result
  valueAndGrad<Rest extends readonly unknown[]>(
    loss: (parameters: Arrays, ...rest: Rest) => JaxArray,
  ): (parameters: Arrays, ...rest: Rest) => readonly [loss: JaxArray, gradients: Arrays]
  readonly nn: {
    sigmoid(array: JaxArray): JaxArray
    logSoftmax(array: JaxArray, axis: number): JaxArray
  }
  readonly numpy: Numpy
}

interface Numpy {
  array(values: Float32Array | number): JaxArray
  zeros(shape: readonly number[]): JaxArray
  zerosLike(array: JaxArray): JaxArray
  matmul(a: JaxArray, b: JaxArray): JaxArray
  split(array: JaxArray, parts: number, axis: number): JaxArray[]
  concatenate(arrays: readonly JaxArray[], axis: number): JaxArray
  tanh(array: JaxArray): JaxArray
  exp(array: JaxArray): JaxArray
  sqrt(array: JaxArray): JaxArray
  square(array: JaxArray): JaxArray
  reciprocal(array: JaxArray): JaxArray
  minimum(a: number, b: JaxArray): JaxArray
  subtract(a: number, b: JaxArray): JaxArray
}
