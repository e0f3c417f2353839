export { type Choice, chooseToken, resolveChoice } from './choose.ts'
export { type CtcBeamOptions, type StepLogs, type Transcript, ctcBeam, ctcGreedy } from './ctc.ts'
export { type SampleOptions, Sampling, type SamplingState, sample } from './sample.ts'
export { type WriteOptions, type Written, write } from './write.ts'
