import { describe, expect, it } from 'vitest'
import { compile } from '../../src/equations/index.ts'
import { Builder, type Port, type StepGraph, type Type, addLayer, numbers } from '../../src/graph/index.ts'
import { type Executable, type Program, type Runtime, reference } from '../../src/runtime/index.ts'
import { namedCells, sized } from '../plan/cases.ts'
import { randomData } from '../plan/windows.ts'
import { runtimes } from './runtimes.ts'

const [rows, classes] = [9, 6]
const lengths = [5, 5, 4, 3, 3, 2, 1, 1, 0]
const [, lstm] = namedCells.find(([name]) => name === 'lstm')!
const dense = compile('output y: classes\n y = W @ x + b', { name: 'dense' })

/** Tokens, embedding, an LSTM in both directions, dropout, a dense layer and the loss, over rows of different length. */
function taggerOf(steps: number): Program {
  const build = new Builder(numbers)
  const [inputs, parameters]: Port[][] = [[], []]
  const leaf = (op: 'input' | 'parameter', ports: Port[], name: string, type: Type): number => {
    const node = build.leaf(op, name, type)
    ports.push({ name, node })
    return node
  }
  const tokens = (name: string): number => leaf('input', inputs!, name, { extent: 'step', shape: [] })
  const length = leaf('input', inputs!, 'lengths', { extent: 'row', shape: [] })
  const layer = (step: StepGraph, sequence: number, name: string): number => {
    const parametersOf = step.parameters.map((port) =>
      leaf('parameter', parameters!, `${name}.${port.name}`, step.nodes[port.node]!.type),
    )
    const { outputs: made } = addLayer(build, step, {
      sequences: [sequence],
      initial: step.states.map(({ previous }) => build.zeros(step.nodes[previous]!.type)),
      parameters: parametersOf,
      lengths: length,
      isReverse: name === 'reverse',
    })
    return made[0]!
  }
  const table = leaf('parameter', parameters!, 'E', { extent: 'once', shape: [classes, 7] })
  const embedded = build.add('gather', [table, tokens('tokens')])
  const step = sized(lstm, { input: 7, hidden: 13 })
  const sides = ['forward', 'reverse'].map((name) => layer(step, embedded, name))
  const dropped = build.add('dropout', [build.add('concat', sides)], { rate: 0.25, stream: 3 })
  const logits = layer(dense.graph({ input: 26, classes }), dropped, 'head')
  const loss = build.add('cross_entropy', [logits, tokens('targets')])
  const outputs = [
    { name: 'loss', node: loss },
    { name: 'logits', node: logits },
  ]
  const graph = { nodes: build.nodes, inputs: inputs!, parameters: parameters!, outputs }
  return { graph, rows, steps, states: [], gradient: { of: ['loss'], inputs: [], slots: 0 } }
}

/** Gives the weights and tokens, with another token in the padding. */
function give(executable: Executable, program: Program, padding: number): void {
  for (const [name, data] of randomData(taggerOf(1), 5, 0.5).parameters) executable.writeParameter(name, data)
  const each = (token: (step: number, row: number) => number, none: number): number[] =>
    Array.from({ length: program.steps * rows }, (_unused, i) => {
      const [step, row] = [Math.floor(i / rows), i % rows]
      return step < lengths[row]! ? token(step, row) : none
    })
  executable.write(
    'tokens',
    each((step, row) => (step * 5 + row) % classes, padding),
  )
  executable.write(
    'targets',
    each((step, row) => (step + row * 2) % classes, -1),
  )
  executable.write('lengths', lengths)
}

async function resultsOf(runtime: Runtime, steps: number, padding: number) {
  const program = taggerOf(steps)
  const executable = await runtime.compile(program)
  give(executable, program, padding)
  await executable.run({ steps, mode: 'forward' })
  const logits = executable.read('logits')
  const { loss } = await executable.run({ steps, mode: 'gradients', training: true, seed: 3, counter: 8 })
  const gradients = program.graph.parameters.map(({ name }) => executable.readParameter(name, 'gradient'))
  executable.dispose()
  return { loss, logits, gradients }
}

const wanted = await resultsOf(reference, 5, 0)

describe.each([['reference', reference] as const, ...runtimes])('a tagger on %s', (_name, runtime) => {
  it('learns from rows of different length as the reference does', async () => {
    const { loss, logits, gradients } = await resultsOf(runtime, 5, 0)
    expect(Math.abs(loss - wanted.loss)).toBeLessThan(1e-5)
    const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
      Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)))
    expect(distance(logits, wanted.logits)).toBeLessThan(1e-5)
    expect(Math.max(...gradients.map((one, i) => distance(one, wanted.gradients[i]!)))).toBeLessThan(1e-5)
  })

  it('learns the same bits whatever the padding is and however long', async () => {
    const want = await resultsOf(runtime, 5, 0)
    for (const [steps, padding] of [[5, 4] as const, [9, -1] as const, [8, 2] as const]) {
      const got = await resultsOf(runtime, steps, padding)
      expect(got.loss).toBe(want.loss)
      expect(got.gradients).toEqual(want.gradients)
      expect(got.logits.subarray(0, want.logits.length)).toEqual(want.logits)
      expect(got.logits.subarray(want.logits.length).every((x) => x === 0)).toBe(true)
    }
  })
})
