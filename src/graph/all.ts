/*
 * What `import … from 'sluice/graph'` gives: graphs, their derivatives and the interpreter. What stands here and not in
 * index.ts a page loads with a runtime.
 */

export * from './index.ts'
export { differentiate, differentiateStep } from './differentiate.ts'
export { type Call, evaluateNode, interpret } from './interpret.ts'
export { activeRows } from './meanings/sequence.ts'
