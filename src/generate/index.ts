export { type Choice, chooseToken, resolveChoice } from './choose.ts'
export { type SampleOptions, Sampling, type SamplingState, sample } from './sample.ts'
