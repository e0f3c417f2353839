import { describe, expect, test } from 'vitest'
import { Fields } from '../../conformance/fields.ts'
import { applied } from '../../conformance/formats/activations.ts'
import { formats } from '../../conformance/formats/index.ts'
import { equationsOf } from '../../conformance/formats/operators.ts'
import { type Result, countText, fileText } from '../../conformance/report.ts'
import { runCase } from '../../conformance/run.ts'
import { reference } from '../../src/runtime/index.ts'

const tensor = (shape: readonly number[], data: readonly number[]) => ({ shape, data })
const sequence = [2, 1, 1]
const row = [1, 1]
const matrix = [1, 1]
const vector = [1]

/** Both cells are linear, so the numbers were worked out by hand: c is 5, then 19. */
const linear = {
  name: 'linear',
  config: {
    input_size: 1,
    hidden_size: 1,
    batch: 1,
    steps: 2,
    constants: {},
    carried_states: ['c'],
    output_state: 'c',
    loss_states: ['c'],
    equations: ['c = W @ x + u * c_prev'],
  },
  inputs: {
    x: tensor(sequence, [1, 2]),
    c0: tensor(row, [1]),
    loss_weights: tensor(sequence, [1, 10]),
  },
  parameters: { W: tensor(matrix, [2]), u: tensor(vector, [3]) },
  outputs: { output: tensor(sequence, [5, 19]), c_n: tensor(row, [19]) },
  gradients: {
    W: tensor(matrix, [146]),
    u: tensor(vector, [233]),
    x: tensor(sequence, [176, 58]),
    c0: tensor(row, [264]),
  },
  loss: 375.5,
  tolerance: { rtol: 1e-12, atol: 0, float32: { rtol: 1e-6, atol: 0 } },
}

/** The output is no state here: h = 2 c. */
const readout = {
  ...linear,
  name: 'readout',
  config: {
    ...linear.config,
    output_state: 'h',
    loss_states: ['c', 'h'],
    constants: { k: 2 },
    equations: [...linear.config.equations, 'h = k * c'],
  },
  outputs: { output: tensor(sequence, [10, 38]), c_n: tensor(row, [19]), h_n: tensor(row, [38]) },
  gradients: {
    W: tensor(matrix, [577]),
    u: tensor(vector, [922]),
    x: tensor(sequence, [694, 230]),
    c0: tensor(row, [1041]),
  },
  loss: 1292.5,
}

/** An ONNX node that adds up: h = 2 x + 3 h + 1, times 0.5. */
const node = {
  case: 'affine',
  op: 'RNN',
  attrs: { hidden_size: 1, activations: ['Affine'], activation_alpha: [0.5], activation_beta: [0] },
  inputs: {
    X: { dims: [2, 1, 1], data: [1, 2] },
    W: { dims: [1, 1, 1], data: [2] },
    R: { dims: [1, 1, 1], data: [3] },
    B: { dims: [1, 2], data: [0.25, 0.75] },
  },
  outputs: { Y: { dims: [2, 1, 1, 1], data: [1.5, 4.75] }, Y_h: { dims: [1, 1, 1], data: [4.75] } },
}

/** Squares of 1 and 3. */
const squares = {
  name: 'squares',
  kind: 'mse',
  config: { reduction: 'mean' },
  inputs: { prediction: tensor([2, 1, 1], [1, 2]), target: tensor([2, 1, 1], [0, 5]) },
  outputs: {},
  gradients: { prediction: tensor([2, 1, 1], [1, -3]) },
  loss: 5,
  tolerance: { rtol: 1e-12, atol: 0, float32: { rtol: 1e-6, atol: 0 } },
}

/** Two classes as likely as each other; the second target is left out. */
const even = {
  ...squares,
  name: 'even',
  kind: 'cross_entropy',
  config: { reduction: 'mean', label_smoothing: 0, ignore_index: 7 },
  inputs: { prediction: tensor([2, 1, 2], [3, 3, 4, 5]), target: tensor([2, 1], [1, 7]) },
  outputs: { per_position: tensor([2, 1], [Math.LN2, 0]) },
  gradients: { prediction: tensor([2, 1, 2], [0.5, -0.5, 0, 0]) },
  loss: Math.LN2,
}

async function resultOf(raw: object): Promise<Result> {
  const fields = new Fields(raw, 'a.json: cases[0]')
  const format = formats.find((each) => each.recognises(fields))!
  return runCase({ file: 'a.json', name: format.nameOf(fields), trial: format.read(fields) }, reference)
}

describe('a case', () => {
  test.each([linear, readout, node, squares, even])('that is right passes', async (raw) => {
    expect((await resultOf(raw)).status).toBe('passed')
  })

  test('fails where its gradient is wrong', async () => {
    const gradients = { ...linear.gradients, x: tensor(sequence, [176, 58.001]) }
    const { status, differences } = await resultOf({ ...linear, gradients })
    expect(status).toBe('failed')
    expect(differences).toMatchObject([{ name: 'd x', index: 1, got: 58, want: 58.001 }])
  })

  test('fails where its loss or its output is wrong', async () => {
    expect(await resultOf({ ...linear, loss: 375.6 })).toMatchObject({
      differences: [{ name: 'loss', got: 375.5 }],
    })
    const outputs = { ...linear.outputs, c_n: tensor(row, [20]) }
    expect(await resultOf({ ...linear, outputs })).toMatchObject({ status: 'failed' })
  })

  test('fails where a part of its loss is wrong', async () => {
    const outputs = { per_position: tensor([2, 1], [Math.LN2, 0.1]) }
    expect(await resultOf({ ...even, outputs })).toMatchObject({
      differences: [{ name: 'parts', index: 1, got: 0, want: 0.1 }],
    })
  })

  test('fails when its equations cannot be read', async () => {
    const config = { ...linear.config, equations: ['c = W @ x + c_prev)'] }
    const { status, reason } = await resultOf({ ...linear, config })
    expect(status).toBe('failed')
    expect(reason).toContain('line 2')
  })

  test('must hold the gradient of everything', async () => {
    const { u: _left, ...gradients } = linear.gradients
    await expect(resultOf({ ...linear, gradients })).rejects.toThrow(
      'a.json: cases[0]: gradients must hold u.',
    )
  })

  test('is skipped with a reason', async () => {
    const attrs = { ...node.attrs, activations: ['ThresholdedRelu'] }
    expect(await resultOf({ ...node, attrs })).toMatchObject({
      status: 'skipped',
      reason: "stored activations other than the language's",
    })
  })
})

describe('an ONNX node passes', () => {
  const twice = (data: readonly number[]): readonly number[] => [...data, ...data]
  const both = {
    attrs: {
      ...node.attrs,
      direction: 'bidirectional',
      activations: ['Affine', 'Affine'],
      activation_alpha: [0.5, 0.5],
      activation_beta: [0, 0],
    },
    inputs: {
      X: node.inputs.X,
      W: { dims: [2, 1, 1], data: twice([2]) },
      R: { dims: [2, 1, 1], data: twice([3]) },
      B: { dims: [2, 2], data: twice([0.25, 0.75]) },
    },
  }
  const lengths = { sequence_lens: { dims: [1], data: [1] } }

  test.each([
    ['in reverse', { ...node, attrs: { ...node.attrs, direction: 'reverse' } }, [5.25, 2.5], [5.25]],
    ['up to its length', { ...node, inputs: { ...node.inputs, ...lengths } }, [1.5, 0], [1.5]],
    ['in both directions', { ...node, ...both }, [1.5, 5.25, 4.75, 2.5], [4.75, 5.25]],
    [
      'in both directions up to its length',
      { ...node, ...both, inputs: { ...both.inputs, ...lengths } },
      [1.5, 1.5, 0, 0],
      [1.5, 1.5],
    ],
  ])('%s', async (_name, raw, y, last) => {
    const count = last.length
    const outputs = { Y: { dims: [2, count, 1, 1], data: y }, Y_h: { dims: [count, 1, 1], data: last } }
    expect(await resultOf({ ...raw, outputs })).toMatchObject({ status: 'passed' })
  })
})

/**
 * A decoder whose LSTM has no weights: its state stays zero, so all places that count weigh the same. Nothing is in the loss, so
 * all gradients are zero.
 */
test('attention counts what the mask leaves', async () => {
  const parameters = {
    'decoder.weight_ih': tensor([4, 2], new Array<number>(8).fill(0)),
    'decoder.weight_hh': tensor([4, 1], [0, 0, 0, 0]),
    'decoder.bias_ih': tensor([4], [0, 0, 0, 0]),
    'decoder.bias_hh': tensor([4], [0, 0, 0, 0]),
    'combine.weight': tensor([1, 2], [0.5, 1]),
  }
  const inputs = {
    memory: tensor([3, 1, 1], [2, 9, 4]),
    x: tensor([1, 1, 1], [1]),
    feed0: tensor(row, [1]),
    h0: tensor(row, [0]),
    c0: tensor(row, [0]),
  }
  const zero = Object.entries({ ...parameters, ...inputs }).map(([name, { shape, data }]) => [
    name,
    tensor(
      shape,
      data.map(() => 0),
    ),
  ])
  const attending = {
    name: 'attending',
    config: {
      score: 'luong_dot',
      batch: 1,
      steps: 1,
      source_steps: 3,
      input_size: 1,
      hidden_size: 1,
      encoder_size: 1,
      attention_size: 1,
    },
    parameters,
    inputs: { ...inputs, mask: tensor([3, 1], [1, 0, 1]), loss_weights: tensor([1, 1, 1], [0]) },
    outputs: {
      output: tensor([1, 1, 1], [Math.tanh(1.5)]),
      weights: tensor([1, 1, 3], [0.5, 0, 0.5]),
      context: tensor([1, 1, 1], [3]),
      h_n: tensor(row, [0]),
      c_n: tensor(row, [0]),
    },
    gradients: Object.fromEntries(zero),
    loss: 0,
    tolerance: linear.tolerance,
  }
  expect(await resultOf(attending)).toMatchObject({ status: 'passed' })
  const outputs = { ...attending.outputs, weights: tensor([1, 1, 3], [0.4, 0.2, 0.4]) }
  expect(await resultOf({ ...attending, outputs })).toMatchObject({ status: 'failed' })
})

test('only activations that take an alpha or a beta use one up', () => {
  const functions = applied(['LeakyRelu', 'Tanh', 'ScaledTanh', 'Elu'], [0.5, 2], [3])!
  expect(functions.map((apply) => apply('a'))).toEqual([
    '(max(a, 0) + 0.5 * min(a, 0))',
    'tanh(a)',
    '(2 * tanh(3 * (a)))',
    '(max(a, 0) + 1 * (exp(min(a, 0)) - 1))',
  ])
})

test('equations of an ONNX node have only what it has', () => {
  const activations = applied(['sigmoid', 'tanh'], [], [])!
  const plain = { operator: 'GRU', activations, coupled: false, bias: false, peepholes: false } as const
  const lines = equationsOf({ ...plain, linearBeforeReset: true, clip: 4 }).split('\n')
  expect(lines.map((line) => line.trim()).filter((line) => line !== '')).toEqual([
    'a = W @ x',
    'z = sigmoid(clip(block(a, 0, 3) + R_z @ h, -4, 4))',
    'r = sigmoid(clip(block(a, 1, 3) + R_r @ h, -4, 4))',
    'n = tanh(clip(block(a, 2, 3) + r * (R_h @ h), -4, 4))',
    "h' = (1 - z) * n + z * h",
  ])
})

test('the text of a file counts, and names what failed', () => {
  const about = { file: 'a.json', runtime: 'native', isa: 'avx2', threads: 2 } as const
  const difference = { name: 'd W', index: 3, got: 1.5, want: 1, error: 0.5, allowed: 0.25 }
  const results: Result[] = [
    { ...about, name: 'one', status: 'passed' },
    { ...about, name: 'two', status: 'skipped', reason: 'attention' },
    { ...about, name: 'three', status: 'failed', differences: [difference] },
  ]
  expect(countText(results)).toBe('1 passed, 1 failed, 1 skipped')
  expect(fileText(results).split('\n')).toEqual([
    'a.json on native avx2, 2 threads: 1 passed, 1 failed, 1 skipped',
    '  skipped 1: attention',
    '  failed three',
    '    d W[3] is 1.5, not 1: error 5.00e-1, 2.00 times the tolerance',
  ])
})
