export { type LayerConfig, type ModelConfig, readConfig } from './config.ts'
export { Model, type ModelOptions, type ProgramOptions, type Weights, model } from './model.ts'
