import { describe, expect, it } from 'vitest'
import { Unsupported } from '../../src/core/errors.ts'
import { type Cell, compile } from '../../src/equations/index.ts'
import { Builder, type Port, type Type, numbers } from '../../src/graph/index.ts'
import type { Program } from '../../src/runtime/index.ts'
import { sized } from '../plan/cases.ts'
import { type Data, give, randomData } from '../plan/windows.ts'
import { expectAgreement, runtimes, wanted } from './runtimes.ts'

const rows = 5
const steps = 3

/** Writes window graphs that are no plain stacks. */
class Window {
  readonly build = new Builder(numbers)
  readonly inputs: Port[] = []
  readonly parameters: Port[] = []
  readonly outputs: Port[] = []

  input(name: string, extent: Type['extent'], ...shape: number[]): number {
    return this.#leaf('input', this.inputs, name, { extent, shape })
  }

  parameter(name: string, ...shape: readonly number[]): number {
    return this.#leaf('parameter', this.parameters, name, { extent: 'once', shape })
  }

  #leaf(op: 'input' | 'parameter', ports: Port[], name: string, type: Type): number {
    const known = ports.find((port) => port.name === name)
    if (known) return known.node
    const node = this.build.leaf(op, name, type)
    ports.push({ name, node })
    return node
  }

  output(name: string, node: number): void {
    this.outputs.push({ name, node })
  }

  /** The first output of a cell over a sequence; names of parameters and initial states get their own prefixes. */
  scan(cell: Cell, hidden: number, source: number, parameters: string, states = parameters): number {
    const step = sized(cell, { input: this.build.type(source).shape[0]!, hidden, classes: hidden })
    const shape = (node: number): readonly number[] => step.nodes[node]!.type.shape
    const initial = step.states.map(({ name, previous }) =>
      this.input(`${states}${name}0`, 'row', ...shape(previous)),
    )
    const own = step.parameters.map(({ name, node }) =>
      this.parameter(`${parameters}${name}`, ...shape(node)),
    )
    return this.build.add('pick', [this.build.add('scan', [source, ...initial, ...own], { step })], {
      index: 0,
    })
  }

  /** Mean cross-entropy of a dense layer on a sequence. */
  loss(source: number, classes: number): void {
    const logits = this.scan(dense, classes, source, 'head.')
    this.output('loss', this.build.add('cross_entropy', [logits, this.input('targets', 'step')]))
    this.output('logits', logits)
  }

  program(of: readonly string[] = this.outputs.map(({ name }) => name)): Program {
    const { inputs, parameters, outputs } = this
    const vectors = inputs.filter(({ node }) => this.build.type(node).shape.length > 0)
    const gradient = { of, inputs: vectors.map(({ name }) => name), slots: 0 }
    return {
      graph: { nodes: this.build.nodes, inputs, parameters, outputs },
      rows,
      steps,
      states: [],
      gradient,
    }
  }
}

const rnn = compile("h' = tanh(W @ [h, x] + b)", { name: 'rnn' })
const gated = compile("z = sigmoid(Wz @ [h, x])\nh' = z * h + (1 - z) * tanh(U @ x)", { name: 'gated' })
const dense = compile('output y: classes\ny = W @ x + b', { name: 'dense' })

/** Data whose tokens and targets are classes; some targets count for nothing. */
function dataOf(program: Program, classes: number): Data {
  const data = randomData(program, 3, 0.5)
  data.inputs.get('tokens')?.forEach((_x, i, all) => (all[i] = (i * 7 + 2) % classes))
  data.inputs.get('targets')?.forEach((_x, i, all) => (all[i] = ((i * 5) % (classes + 1)) - 1))
  return data
}

const windows: Readonly<Record<string, () => Program>> = {
  'parameters that two layers share': () => {
    const w = new Window()
    const first = w.scan(rnn, 6, w.input('x', 'step', 6), 'a.', '0.')
    w.output('y', w.scan(rnn, 6, first, 'a.', '1.'))
    return w.program()
  },
  'an initial state that two layers share': () => {
    const w = new Window()
    const first = w.scan(rnn, 6, w.input('x', 'step', 4), 'a.', 's.')
    w.output('y', w.scan(gated, 6, first, 'b.', 's.'))
    return w.program()
  },
  'a sequence that two layers read': () => {
    const w = new Window()
    const x = w.input('x', 'step', 6)
    w.output('y', w.scan(rnn, 5, x, 'a.'))
    w.output('z', w.scan(gated, 9, x, 'b.'))
    return w.program()
  },
  'a layer with a residual': () => {
    const w = new Window()
    const x = w.input('x', 'step', 6)
    const y = w.build.add('add', [x, w.scan(rnn, 6, x, 'a.')])
    w.output('y', w.scan(gated, 7, w.build.add('add', [y, y]), 'b.'))
    return w.program()
  },
  'sequences side by side, and a part of one': () => {
    const w = new Window()
    const x = w.input('x', 'step', 7)
    const y = w.scan(rnn, 5, w.build.add('slice', [x], { offset: 2, size: 4 }), 'a.')
    w.output('y', w.scan(gated, 6, w.build.add('concat', [y, x, y]), 'b.'))
    return w.program()
  },
  'one-hot tokens and a loss': () => {
    const w = new Window()
    const tokens = w.build.add('onehot', [w.input('tokens', 'step')], { classes: 11 })
    w.loss(w.scan(gated, 9, w.scan(rnn, 9, tokens, 'a.'), 'b.'), 11)
    return w.program(['loss'])
  },
  'a table of embeddings that two layers read, and a loss': () => {
    const w = new Window()
    const x = w.build.add('gather', [w.parameter('E', 11, 7), w.input('tokens', 'step')])
    const y = w.scan(rnn, 7, w.build.add('concat', [x, x]), 'a.')
    w.loss(w.build.add('add', [x, y]), 11)
    return w.program(['loss'])
  },
  'a loss straight on a state': () => {
    const w = new Window()
    const logits = w.scan(rnn, 11, w.input('x', 'step', 4), 'a.')
    w.output('loss', w.build.add('cross_entropy', [logits, w.input('targets', 'step')]))
    return w.program()
  },
  'a loss whose logits something else reads': () => {
    const w = new Window()
    const logits = w.scan(dense, 11, w.scan(rnn, 9, w.input('x', 'step', 4), 'a.'), 'head.')
    w.output('loss', w.build.add('cross_entropy', [logits, w.input('targets', 'step')]))
    w.output('z', w.scan(gated, 6, logits, 'b.'))
    return w.program()
  },
  'a loss that is only looked at': () => {
    const w = new Window()
    const y = w.scan(rnn, 9, w.input('x', 'step', 4), 'a.')
    w.output('y', y)
    w.loss(y, 11)
    return w.program(['y'])
  },
  'inputs that nothing needs': () => {
    const w = new Window()
    const x = w.input('x', 'step', 4)
    w.scan(rnn, 9, x, 'a.')
    w.output('y', w.scan(gated, 9, w.build.add('slice', [x], { offset: 1, size: 2 }), 'b.'))
    return w.program()
  },
}

const programs = new Map(
  Object.entries(windows).map(([name, write]) => {
    const program = write()
    return [name, { program, data: dataOf(program, 11) }]
  }),
)

/** The program without the outputs that a call with gradients may write over. */
function readable(program: Program): Program {
  const outputs = program.graph.outputs.filter(({ name }) => name !== 'logits')
  return { ...program, graph: { ...program.graph, outputs } }
}

const trained = [...programs].map(([name, { program, data }]) => ({ name, program: readable(program), data }))

const lossy = [...programs.values()].filter(({ data }) => data.inputs.has('targets'))

const forward = lossy.map(({ program: { gradient: _none, ...program }, data: { inputs, parameters } }) => ({
  program: program as Program,
  data: { inputs: new Map([...inputs].filter(([name]) => !name.startsWith('d '))), parameters },
}))

describe.each(runtimes)('%s', (_name, runtime) => {
  it.each(trained)('plans $name', async ({ program, data }) => {
    await expectAgreement(runtime, program, data, [
      { steps, mode: 'gradients' },
      { steps: 2, mode: 'gradients', accumulate: true },
    ])
  })

  it('gives loss and logits of a plan without gradients', async () => {
    for (const { program, data } of forward) {
      await expectAgreement(runtime, program, data, [
        { steps, mode: 'forward' },
        { steps: 1, mode: 'forward' },
      ])
    }
  })

  it('gives loss and logits of a forward call of a plan with gradients', async () => {
    for (const [index, { program, data }] of lossy.entries()) {
      const [want] = await wanted(forward[index]!.program, forward[index]!.data, [])
      const executable = await runtime.compile(program)
      give(executable, data)
      await executable.run({ steps, mode: 'gradients' })
      await executable.run({ steps, mode: 'forward' })
      for (const { name } of program.graph.outputs) {
        executable.read(name).forEach((x, i) => expect(x).toBeCloseTo(want!.get(name)![i]!, 4))
      }
      executable.dispose()
    }
  })

  it('says when logits are gone', async () => {
    const { program, data } = programs.get('one-hot tokens and a loss')!
    const executable = await runtime.compile(program)
    give(executable, data)
    await executable.run({ steps, mode: 'gradients' })
    expect(() => executable.read('logits')).toThrow(expect.objectContaining({ code: 'program-read' }))
    executable.dispose()
  })

  it.each<[string, (w: Window) => void]>([
    [
      'entry by entry',
      (w) => {
        const raw = compile("h' = tanh(W @ h) + b * x", { name: 'raw' })
        w.output(
          'y',
          w.scan(raw, 4, w.build.add('onehot', [w.input('tokens', 'step')], { classes: 4 }), 'a.'),
        )
      },
    ],
    [
      'one loss a program',
      (w) => {
        const logits = w.input('x', 'step', 4)
        for (const name of ['a', 'b'])
          w.output(name, w.build.add('cross_entropy', [logits, w.input(`targets ${name}`, 'step')]))
      },
    ],
    ['"exp" over a window', (w) => w.output('y', w.build.add('exp', [w.input('x', 'step', 4)]))],
  ])('refuses what it cannot plan: %s', async (message, write) => {
    const w = new Window()
    write(w)
    const { gradient: _none, ...program } = w.program()
    const compiling = runtime.compile(program)
    await expect(compiling).rejects.toThrow(Unsupported)
    await expect(compiling).rejects.toThrow(message)
  })
})
