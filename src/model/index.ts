export { type StackSettings, addStack, beginsInput } from './add-stack.ts'
export {
  type BranchesConfig,
  type CellConfig,
  type LayerConfig,
  type ModelConfig,
  cellOptions,
  layerConfig,
  readConfig,
} from './config.ts'
export { type Encoding, addEncoder, encodedWidth } from './encoder.ts'
export { memoryMask, sourceLengths } from './encoder-decoder.ts'
export { ExampleLayout } from './examples.ts'
export { gridStep } from './grid.ts'
export { type GridParts, type GridWindow, gridWindow } from './grid-window.ts'
export {
  type AroundOptions,
  type Branches,
  type Direction,
  type Join,
  type Layer,
  type LayerOptions,
  activations,
  branches,
  dense,
  layer,
} from './layer.ts'
export type { Example, Question } from './lay-example.ts'
export { type Demand, type TrainingShape, trainingDemand } from './memory.ts'
export { Model, type ModelOptions, type ProgramOptions, model, modelConfig } from './model.ts'
export { type LayerPart, type Width, stackParts } from './parts.ts'
export type { Numbers } from './numbers.ts'
export { type Codec, SequenceModel, type SequenceProgramOptions, sequenceModel } from './sequence.ts'
export {
  type BitsOutput,
  type ClassesOutput,
  type Conditioning,
  type CtcOutput,
  type Handover,
  type Pool,
  type SequenceConfig,
  type SequenceInput,
  type SequenceOptions,
  type SequenceOutput,
  type Shape,
  type ValueLoss,
  type ValuesOutput,
  readSequenceConfig,
  sequenceConfig,
  shapes,
  writes,
} from './sequence-config.ts'
export { type WindowUse, answerOutput } from './window-use.ts'
export { type StackInput, type StackOptions, type StackWindow, stackWindow } from './stack-window.ts'
export { type Weights, startingWeights } from './start.ts'
export { type Source, startFrom } from './start-from.ts'
export { type NamedStep, WindowWriter } from './window-writer.ts'
