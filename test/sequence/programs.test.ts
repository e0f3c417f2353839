import { describe, expect, it } from 'vitest'
import { cell, cells } from '../../src/cells/index.ts'
import {
  type Example,
  type SequenceModel,
  branches,
  dense,
  layer,
  sequenceModel,
} from '../../src/model/index.ts'
import { reference } from '../../src/runtime/index.ts'
import { Session, follow, predict } from '../../src/train/index.ts'
import type { Data } from '../plan/windows.ts'
import { bitsOf } from '../runtime/padding.ts'
import { expectAgreement, runtimes } from '../runtime/runtimes.ts'
import { type Task, tasks as singles, translations } from './models.ts'

const tasks = { ...singles, ...translations }

const rows = 5

/** What a task's model computes for some of its examples, in fewer rows than there are: its answers, and its gradients. */
function programsOf({ options, examples }: Task) {
  const net = sequenceModel(options)
  const some = examples.slice(0, rows - 1)
  const steps = Math.max(...some.map((example, index) => net.stepsOf(example, index)))
  const { inputs } = net.batch(some, rows, steps)
  const data: Data = {
    inputs: new Map(Object.entries(inputs).map(([name, values]) => [name, Float64Array.from(values)])),
    parameters: new Map(
      [...net.parameters].map(([name, { data: values }]) => [name, Float64Array.from(values)]),
    ),
  }
  const { graph, ...gradients } = net.program({ rows, steps, training: true })
  const outputs = graph.outputs.filter(({ name }) => name === 'loss')
  return {
    answers: net.program({ rows, steps, training: false }),
    gradients: { ...gradients, graph: { ...graph, outputs } },
    data,
  }
}

const programs = new Map(Object.entries(tasks).map(([name, task]) => [name, programsOf(task)]))

describe.each(runtimes)('%s agrees with the reference', (_name, runtime) => {
  it.each(Object.keys(tasks))('on answers, loss and gradients of %s', async (name) => {
    const { answers, gradients, data } = programs.get(name)!
    const { steps } = answers
    await expectAgreement(runtime, answers, data, [{ steps, mode: 'forward' }])
    await expectAgreement(runtime, gradients, data, [{ steps, mode: 'gradients', training: true }])
  })
})

/** `h' = tanh(W @ [h, x] + b)` over rows of numbers, by hand; all states. */
function recurrence(
  net: SequenceModel,
  name: string,
  inputs: readonly number[][],
  units: number,
): number[][] {
  const [W, b] = ['W', 'b'].map((key) => net.parameters.get(`${name}.${key}`)!)
  const columns = W!.shape[1]!
  const states: number[][] = []
  let h: number[] = Array(units).fill(0)
  for (const x of inputs) {
    const read = [...h, ...x]
    h = Array.from({ length: units }, (_unused, i) =>
      Math.tanh(read.reduce((sum, value, k) => sum + W!.data[i * columns + k]! * value, b!.data[i]!)),
    )
    states.push(h)
  }
  return states
}

/** The read-out of a vector, by hand. */
function readOut(net: SequenceModel, vector: readonly number[]): number[] {
  const [W, b] = ['W', 'b'].map((key) => net.parameters.get(`head.${key}`)!)
  return [...b!.data].map((bias, i) =>
    vector.reduce((sum, value, k) => sum + W!.data[i * vector.length + k]! * value, bias),
  )
}

const mine = cell('mine', "h' = tanh(W @ [h, x] + b)")

/** Sequences of vectors of 2, of lengths 1 to 5 out of order. */
const questions = [3, 1, 5, 2, 4].map((length, row) =>
  Array.from({ length }, (_unused, step) => [Math.sin(3 * row + step), Math.cos(row - 2 * step)]),
)

const expectClose = (got: ArrayLike<number>, wanted: readonly number[]): void => {
  expect(got.length).toBe(wanted.length)
  wanted.forEach((x, i) => expect(got[i]!).toBeCloseTo(x, 5))
}

const base = { shape: 'many-to-one', input: { vectors: 2 }, output: { classes: 3 } } as const

describe('an answer is made of', () => {
  it('the last states of both directions', async () => {
    const both = layer(mine(4), { direction: 'both' })
    const net = sequenceModel({ ...base, layers: [both] })
    const answers = await predict(net, questions, { runtime: reference, batch: 2 })
    questions.forEach((question, row) => {
      const ahead = recurrence(net, 'layers.0', question, 4).at(-1)!
      const back = recurrence(net, 'layers.0.reverse', question.toReversed(), 4).at(-1)!
      expectClose(answers[row]!.output, readOut(net, [...ahead, ...back]))
    })
  })

  it('last states of the last layer that has any, through a dense layer and branches', async () => {
    const both = layer(mine(3), { direction: 'both' })
    const net = sequenceModel({
      ...base,
      layers: [both, branches([[layer(mine(2), { direction: 'reverse' })], [mine(2)]]), dense(4, 'tanh')],
    })
    const answers = await predict(net, questions, { runtime: reference })
    questions.forEach((question, row) => {
      const ahead = recurrence(net, 'layers.0', question, 3)
      const back = recurrence(net, 'layers.0.reverse', question.toReversed(), 3).toReversed()
      const below = ahead.map((states, step) => [...states, ...back[step]!])
      const ends = [
        ...recurrence(net, 'layers.1.0.0.reverse', below.toReversed(), 2).at(-1)!,
        ...recurrence(net, 'layers.1.1.0', below, 2).at(-1)!,
      ]
      const [W, b] = ['W', 'b'].map((key) => net.parameters.get(`layers.2.${key}`)!)
      const above = [...b!.data].map((bias, i) =>
        Math.tanh(ends.reduce((sum, value, k) => sum + W!.data[i * 4 + k]! * value, bias)),
      )
      expectClose(answers[row]!.output, readOut(net, above))
    })
  })

  it.each(['mean', 'max'] as const)('the %s of all states', async (pool) => {
    const net = sequenceModel({ ...base, layers: [layer(mine(4), { direction: 'both' })], pool })
    const answers = await predict(net, questions, { runtime: reference })
    questions.forEach((question, row) => {
      const ahead = recurrence(net, 'layers.0', question, 4)
      const back = recurrence(net, 'layers.0.reverse', question.toReversed(), 4).toReversed()
      const pooled = Array.from({ length: 8 }, (_unused, unit) => {
        const values = ahead.map((states, step) => [...states, ...back[step]!][unit]!)
        return pool === 'max' ? Math.max(...values) : values.reduce((a, x) => a + x) / values.length
      })
      expectClose(answers[row]!.output, readOut(net, pooled))
    })
  })

  it('every state where it is synced, in the order of the questions', async () => {
    const net = sequenceModel({ ...base, shape: 'synced', layers: [mine(4)] })
    const answers = await predict(net, questions, { runtime: reference, batch: 2 })
    questions.forEach((question, row) => {
      const states = recurrence(net, 'layers.0', question, 4)
      expect(answers[row]!.steps).toBe(question.length)
      expectClose(
        answers[row]!.output,
        states.flatMap((h) => readOut(net, h)),
      )
    })
  })
})

describe.each(runtimes)('on %s', (_name, runtime) => {
  it.each(Object.keys(tasks))('padding and other rows change no bit of %s', async (name) => {
    const { options, examples } = tasks[name]!
    const net = sequenceModel({ ...options, dropout: 0 })
    const lossOf = async (some: readonly Example[], size: number, steps: number): Promise<number> => {
      const session = await Session.open(net, runtime, { rows: size, steps, training: false })
      const batch = net.batch(some, size, steps)
      const { loss } = await session.run(batch, { mode: 'forward' })
      session.dispose()
      return loss * (batch.scale ?? 1)
    }
    const one = examples.slice(0, 1)
    const alone = await lossOf(one, 1, net.stepsOf(one[0]!, 0))
    expect(bitsOf([await lossOf(one, 4, 12)])).toEqual(bitsOf([alone]))
  })

  it.each([{}, { pool: 'mean' }, { pool: 'max' }, { shape: 'synced' }] as const)(
    'what is followed step by step is answered as the whole: %o',
    async (more) => {
      const learned = cell('learned', "state h = learned\nh' = tanh(W @ [h, x] + b)")
      const net = sequenceModel({ ...base, layers: [cells.lstm(4), learned(3)], ...more })
      net.parameters.get('layers.1.initial.h')!.data.set([0.5, -0.5, 0.25])
      const [first, second] = [questions[2]!, questions[4]!]
      const following = await follow(net, { runtime, rows: 2 })
      for (let step = 0; step < 4; step++) {
        const answers = await following.next([first[step]!, second[step]!])
        const whole = await predict(net, [first.slice(0, step + 1), second.slice(0, step + 1)], { runtime })
        answers.forEach(({ output }, row) => expectClose(output, Array.from(whole[row]!.output).slice(-3)))
      }
      following.begin()
      const again = await following.next([second[0]!, first[0]!])
      const [alone] = await predict(net, [second.slice(0, 1)], { runtime })
      expectClose(again[0]!.output, [...alone!.output])
      following.end()
    },
  )

  it('answers of short rows beside long ones are those that they have alone', async () => {
    const net = sequenceModel({
      ...base,
      layers: [layer(cells.lstm(5), { direction: 'both' })],
    })
    const together = await predict(net, questions, { runtime })
    for (const [row, question] of questions.entries()) {
      const [alone] = await predict(net, [question], { runtime })
      expect(alone).toEqual(together[row])
    }
  })
})
