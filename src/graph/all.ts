/*
 * What `import … from 'sluice/graph'` gives: graphs, their derivatives and the interpreter. What stands here and not in
 * index.ts a page loads with a runtime, never at once.
 */

export * from './index.ts'
export { differentiate, differentiateStep } from './differentiate.ts'
export { type Call, evaluateNode, interpret } from './interpret.ts'
export { activeRows } from './meanings/sequence.ts'
export { type Value, copies, entries, putRows, stepOf, takeRows, valueOf, writeStep, zeros } from './value.ts'
