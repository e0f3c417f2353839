export { type LayerConfig, type ModelConfig, readConfig } from './config.ts'
export { type Demand, type TrainingShape, trainingDemand } from './memory.ts'
export { Model, type ModelOptions, type ProgramOptions, type Weights, model, modelConfig } from './model.ts'
export { type Source, startFrom } from './start-from.ts'
