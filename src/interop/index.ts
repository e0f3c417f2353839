export { modelFrom, sequenceModelFrom, taskOf } from './build.ts'
export { type StoredModel, decodeModel, encodeModel, modelFormat } from './model-file.ts'
export { type Tensor, type TensorFile, readSafetensors, writeSafetensors } from './safetensors.ts'
