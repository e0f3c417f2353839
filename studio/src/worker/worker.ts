import { checkCell } from './check.ts'
import { Course } from './course.ts'
import { factorsOf } from './factors.ts'
import { detectIn } from './detect.ts'
import { failureOf } from './failure.ts'
import type { Calls, Event, Posted, Question } from './messages.ts'
import { Lanes } from './lanes.ts'
import { recallOf } from './recall.ts'
import { lookAt } from './look.ts'
import { studioRuntime } from './runtime.ts'
import { Workshop } from './workshop.ts'

/*
 * The studio's worker: everything that computes. The page asks, this answers, and tells of the training under way.
 */

const workshop = new Workshop()
const lanes = new Lanes(tell)
let course: Course | undefined

function post(message: Posted): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
  self.postMessage(message)
}

function tell(event: Event): void {
  post({ event })
}

/** What is shown while a model learns: a few lines that it writes. */
async function show(step: number): Promise<void> {
  workshop.step = before + step
  const sampled = workshop.sample({ prime: '', length: 160, temperature: 0.7, seed: 1 })
  // Weights that write nothing have diverged, which the training itself tells with its next update.
  const text = await sampled.catch((error: unknown) => failureOf(error).message)
  tell({ kind: 'sample', step: workshop.step, text })
}

/** Updates that the model had before the course under way. */
let before = 0

async function follow(own: Course): Promise<void> {
  const weights = workshop.weights()
  try {
    await own.run()
    workshop.step = before + own.step
    tell({ kind: 'ended', model: workshop.info() })
  } catch (error) {
    workshop.restore(weights)
    workshop.step = before
    tell({ kind: 'failed', failure: failureOf(error), model: workshop.info() })
  } finally {
    if (course === own) course = undefined
  }
}

const calls: Calls = {
  machine: async () => (await studioRuntime()).info,
  read: async (content, name) => workshop.read(content, name),
  make: async (spec) => workshop.make(spec),
  load: async (bytes, name) => workshop.load(bytes, name),
  save: async () => workshop.save(),
  start: async (spec) => {
    course?.stop()
    before = workshop.step
    course = new Course(workshop.model, workshop.text, spec, { tell, show })
    void follow(course)
  },
  pause: async () => course?.pause(),
  resume: async () => course?.resume(),
  stop: async () => course?.stop(),
  rate: async (learningRate) => course?.rate(learningRate),
  sample: (spec) => workshop.sample(spec),
  lanes: (spec, content) => lanes.run(spec, content ?? workshop.content),
  check: checkCell,
  factors: ({ text, back }) =>
    Promise.all(lanes.models('factors').map((each) => factorsOf(each, text, back))),
  recall: () => Promise.all(lanes.models('gap').map(recallOf)),
  detect: ({ expression }) => detectIn(workshop, expression),
  look: (spec) => lookAt(workshop, spec),
}

async function answer({ id, name, given }: Question): Promise<void> {
  try {
    const call = calls[name] as (...all: readonly unknown[]) => Promise<unknown>
    post({ id, answer: await call(...given) })
  } catch (error) {
    post({ id, failure: failureOf(error) })
  }
}

self.addEventListener('message', ({ data }: MessageEvent<Question>) => void answer(data))
