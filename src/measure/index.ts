export { type Bleu, type BleuOptions, type Sentence, bleu } from './bleu.ts'
export {
  type ClassScores,
  type RocPoint,
  accuracy,
  classScores,
  confusionMatrix,
  macroF1,
  rocArea,
  rocCurve,
} from './classes.ts'
export { type Tokens, characterErrorRate, editDistance, exactMatch, wordErrorRate } from './texts.ts'
export {
  type Scaled,
  intervalCoverage,
  meanAbsoluteError,
  meanAbsoluteScaledError,
  pinballLoss,
  rootMeanSquaredError,
  seasonalNaive,
} from './values.ts'
