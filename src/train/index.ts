export {
  type Averaging,
  type AveragingKind,
  type AveragingOptions,
  averagingKinds,
  parseAveraging,
} from './averaging.ts'
export { type Checkpoint, type Description } from './checkpoint.ts'
export type { Progress } from './progress.ts'
export {
  type EvaluateExamplesOptions,
  type ExampleEvaluation,
  evaluateExamples,
  exampleLoss,
} from './evaluate-examples.ts'
export type { ExampleData, ExampleModel, ExampleSet } from './example-data.ts'
export type { Prediction } from './answers.ts'
export { Following, type FollowOptions, follow } from './follow.ts'
export { type PredictOptions, predict, usedFor } from './predict.ts'
export { type EvaluateOptions, type Evaluation, evaluate } from './evaluate.ts'
export type { ParameterGroup } from './groups.ts'
export {
  type Optimizer,
  type OptimizerName,
  type OptimizerOptions,
  defaultLearningRate,
  optimizerNames,
  resolveOptimizer,
  slotCount,
  updateSettings,
} from './optimizers.ts'
export type {
  ScheduledSampling,
  ScheduledSamplingKind,
  ScheduledSamplingOptions,
} from './scheduled-sampling.ts'
export {
  type Schedule,
  type ScheduleKind,
  type ScheduleOptions,
  rateFactor,
  resolveSchedule,
  scheduleKinds,
} from './schedules.ts'
export { refuseDifferences, resumeDifferences, resumeNotes } from './resume.ts'
export { type Input, type Kept, Session, type Snapshot, type Tensors } from './session.ts'
export { type Settings, type SettingsOptions, continuedSettings, resolveSettings } from './settings.ts'
export { type RunFiles, decodeRun, encodeRun } from './run-files.ts'
export type { RunStore } from './store.ts'
export type { ProgramOptions, Runnable, RuntimeSource, Trainable, Weights } from './trainable.ts'
export { train } from './train.ts'
export { type TrainOptions, Training, type TrainingStep } from './training.ts'
export { type DataProvider, type TrainingData, textProvider } from './training-data.ts'
export { version } from './version.ts'
