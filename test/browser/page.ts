import { runTrials } from './conformance.ts'
import * as runs from './runs.ts'
import { benchmark } from './benchmark.ts'

/*
 * The script of the test pages: what test/browser calls in them, by name.
 */

const calls = { ...runs, runTrials, benchmark }

/** Names, arguments and results of what can be called in a page; all of them pass as JSON does. */
export type Calls = typeof calls

Object.assign(globalThis, { calls })
