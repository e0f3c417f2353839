/* What tensorflow.ts uses of TensorFlow.js; written down here, so that it is checked without the packages too. */

/** An array of numbers; `tidy` frees those that are made in it. */
export interface Tensor {
  dataSync(): Float32Array
  dispose(): void
}

type NamedTensors = Readonly<Record<string, Tensor>>

/** The package `@tensorflow/tfjs-core`. */
export interface TensorFlow {
  setBackend(name: string): Promise<boolean>
  ready(): Promise<void>
  tidy<T>(work: () => T): T
  tensor(values: ArrayLike<number>, shape: readonly number[], type?: 'int32'): Tensor
  oneHot(tokens: Tensor, classes: number): Tensor
  cast(tensor: Tensor, type: 'float32'): Tensor
  reshape(tensor: Tensor, shape: readonly number[]): Tensor
  square(tensor: Tensor): Tensor
  sqrt(tensor: Tensor): Tensor
  sum(tensor: Tensor): Tensor
  addN(tensors: readonly Tensor[]): Tensor
  add(a: Tensor, b: number): Tensor
  mul(a: Tensor, b: Tensor): Tensor
  div(a: number, b: Tensor): Tensor
  minimum(a: Tensor, b: number): Tensor
  variableGrads(loss: () => Tensor): { readonly value: Tensor; readonly grads: NamedTensors }
  readonly losses: { softmaxCrossEntropy(targets: Tensor, logits: Tensor): Tensor }
  readonly train: { adam(rate: number, beta1: number, beta2: number, epsilon: number): Optimizer }
}

interface Optimizer {
  applyGradients(gradients: NamedTensors): void
}

/** A layer with its weights. */
export interface Layer {
  setWeights(weights: readonly Tensor[]): void
}

/** Layers on top of each other. */
export interface Sequential {
  readonly layers: readonly Layer[]
  add(layer: Layer): void
  apply(input: Tensor, options: { readonly training: boolean }): Tensor
  predictOnBatch(input: Tensor): Tensor
}

/** The package `@tensorflow/tfjs-layers`. */
export interface TensorFlowLayers {
  sequential(): Sequential
  readonly layers: Record<'lstm' | 'gru' | 'dense', (options: Readonly<Record<string, unknown>>) => Layer>
}
