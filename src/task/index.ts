export {
  type Answered,
  type ClassAnswer,
  type ForecastStep,
  type TextAnswer,
  answers,
  forecast,
} from './answer.ts'
export { type TaskCodec, taskCodec, taskNames } from './codec.ts'
export { type ForecastCodec, type ForecastOptions, understandForecast, usualLevels } from './forecast.ts'
export { type Guess, type GuessOptions, guessTask } from './guess.ts'
export type { InputCodec } from './inputs.ts'
export {
  type LabelledCodec,
  type LabelledOptions,
  type LabelledTask,
  examplesOf,
  sidesOf,
  understandLabelled,
} from './labelled.ts'
export { loadExamples } from './load.ts'
export {
  type ClassFigures,
  type ForecastFigures,
  type TextFigures,
  measureClasses,
  measureForecast,
  measureTexts,
} from './measure.ts'
export { seasonOf } from './next-times.ts'
export type { HeldOut } from './parts.ts'
export { type TaskSequence, sequencesOf, taskSymbols } from './sequences.ts'
export { type Facts, type Understood } from './understood.ts'
