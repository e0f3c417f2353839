import { checkCell } from './check.ts'
import { decodeFile } from './decode.ts'
import { factorsOf } from './factors.ts'
import { detectIn } from './detect.ts'
import { failureOf } from './failure.ts'
import type { Calls, Event, ModelInfo, Posted, Question } from './messages.ts'
import { flowOf, reasonsOf, saturationOf } from './insight.ts'
import { Lanes } from './lanes.ts'
import { recallOf } from './recall.ts'
import { lookAt } from './look.ts'
import { studioRuntime } from './runtime.ts'
import { Trainer } from './trainer.ts'
import { Workshop } from './workshop.ts'

/*
 * The studio's worker: everything that computes. The page asks, this answers, and tells of the training under way.
 */

const workshop = new Workshop()
const lanes = new Lanes(tell)
const trainer = new Trainer(workshop, tell)

function post(message: Posted): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
  self.postMessage(message)
}

function tell(event: Event): void {
  post({ event })
}

/** There is another model: what was trained is not it. */
function renewed(info: ModelInfo): ModelInfo {
  trainer.forget()
  return info
}

const calls: Calls = {
  machine: async () => (await studioRuntime()).info,
  decode: async (file) => decodeFile(file),
  read: async (content, name) => workshop.read(content, name),
  make: async (spec) => renewed(workshop.make(spec)),
  load: async (bytes, name) => renewed(workshop.load(bytes, name)),
  save: async () => workshop.save(),
  start: async (spec) => trainer.start(spec),
  pause: async () => trainer.course?.pause(),
  resume: async () => trainer.course?.resume(),
  stop: async () => trainer.course?.stop(),
  rate: async (learningRate) => trainer.course?.rate(learningRate),
  checkpoint: () => trainer.note(),
  saveRun: (shown, folder) => trainer.save(shown, folder),
  openRun: (bytes, name) => trainer.open(bytes, name),
  sample: (spec) => workshop.sample(spec),
  lanes: (spec, content) => lanes.run(spec, content ?? workshop.source.content),
  check: checkCell,
  factors: ({ text, back }) =>
    Promise.all(lanes.models('factors').map((each) => factorsOf(each, text, back))),
  recall: () => Promise.all(lanes.models('gap').map(recallOf)),
  detect: ({ expression }) => detectIn(workshop, expression),
  look: (spec) => lookAt(workshop, spec),
  saturation: (text) => saturationOf(workshop, text),
  flow: () => flowOf(workshop),
  saliency: (spec) => reasonsOf(workshop, spec),
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
