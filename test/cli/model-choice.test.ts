import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type ModelFlags,
  modelDifferences,
  modelLike,
  newModel as newModelFor,
} from '../../src/cli/model-choice.ts'
import { planLines, reportPlan } from '../../src/cli/plan-report.ts'
import { modelText } from '../../src/cli/train-words.ts'
import { styleFor } from '../../src/cli/view/style.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { resolveSettings } from '../../src/train/index.ts'

const vocabulary = Vocabulary.of('abc')
const newModel = (flags: ModelFlags, input = vocabulary) => newModelFor(flags, input, resolveSettings())

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-model-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('a model of a library cell, with its starting values', async () => {
  const { config, parameters } = await newModel(
    { cell: 'gru', hidden: 4, layers: 3, dropout: 0.1, seed: 5 },
    vocabulary,
  )
  const gru = { name: 'gru', sizes: { hidden: 4 } }
  expect(config.layers).toMatchObject([gru, gru, gru])
  expect([config.dropout, config.seed, config.embedding]).toEqual([0.1, 5, 0])
  expect([...parameters.get('layers.0.br')!.data]).toEqual([0, 0, 0, 0])
  const lstm = await newModel({ hidden: 2, init: { bi: -1 } }, vocabulary)
  expect([...lstm.parameters.get('layers.1.bf')!.data]).toEqual([1, 1])
  expect([...lstm.parameters.get('layers.1.bi')!.data]).toEqual([-1, -1])
})

test('a model of equations in a file, with a size of its own', async () => {
  const path = join(folder, 'mine.cell')
  await writeFile(
    path,
    "size p\noutput y: p\ny = V @ h'\nh' = tanh(W @ [h, x] + b)\n".replace("y = V @ h'\n", '') +
      "y = V @ h'\n",
  )
  const { config, parameters } = await newModel(
    { cell: path, hidden: 4, layers: 1, size: { p: 2 } },
    vocabulary,
  )
  expect(config.layers[0]).toMatchObject({ name: 'mine', sizes: { hidden: 4, p: 2 } })
  expect(parameters.get('layers.0.V')!.shape).toEqual([2, 4])
})

test('a cell that is not there is told with the nearest name', async () => {
  await expect(newModel({ cell: 'lsmt' }, vocabulary)).rejects.toThrow(
    'There is no cell and no file of equations "lsmt". Did you mean lstm?',
  )
  await expect(newModel({ cell: folder }, vocabulary)).rejects.toThrow(
    `${folder} is a folder; give a file of equations.`,
  )
})

test('a run goes on with its own model alone', async () => {
  const { config } = await newModel({ cell: 'gru', hidden: 4 }, vocabulary)
  expect(await modelDifferences({}, config)).toEqual([])
  const same = { cell: 'gru', hidden: 4, layers: 2, embedding: 0, seed: 1 }
  expect(await modelDifferences(same, config)).toEqual([])
  const other = { cell: 'lstm', hidden: 8, seed: 2, init: { br: 1 } }
  expect(await modelDifferences(other, config)).toEqual([
    'cell (gru, now lstm)',
    'hidden (4, now 8)',
    'seed (1, now 2)',
    'start of br (none, now 1)',
  ])
})

const layered = {
  cell: 'lstm',
  hidden: 4,
  layers: 3,
  residual: true,
  skip: 'all',
  norm: true,
  variational: 0.25,
  weightDropout: 0.5,
  zoneout: 0.125,
} as const

test('options of layers go to all layers that can have them', async () => {
  const { config } = await newModel(layered)
  const every = { norm: true, stateDropout: 0.25, weightDropout: 0.5, zoneout: { c: 0.125, h: 0.125 } }
  const optionsOf = ({ name: _n, equations: _e, sizes: _s, init: _i, ...rest }: Record<string, unknown>) =>
    rest
  const above = { ...every, residual: true, skip: 'all' }
  expect(config.layers.map((layer) => optionsOf({ ...layer }))).toEqual([every, above, above])
  const embedded = await newModel({ ...layered, embedding: 4, tied: true, embeddingDropout: 0.5 })
  expect(embedded.config).toMatchObject({
    tied: true,
    embeddingDropout: 0.5,
    layers: [{ inputDropout: 0.25 }, {}, {}],
  })
  const { skip: _skip, ...plain } = layered
  const { layers } = (await newModel(plain)).config
  expect(layers.map((layer) => 'inputDropout' in layer)).toEqual([false, true, true])
  expect(await modelDifferences(layered, config)).toEqual([])
  expect(await modelDifferences({ zoneout: 0.25, norm: false, variational: 0, tied: true }, config)).toEqual([
    'tied (false, now true)',
    'norm (true, now none)',
    'stateDropout (0.25, now none)',
    'zoneout ({"c":0.125,"h":0.125}, now {"c":0.25,"h":0.25})',
  ])
})

test('a model with the weights of another has its own dropouts, and the same layers', async () => {
  const model = await newModel(layered)
  const opened = { path: 'base', model }
  const like = await modelLike({ zoneout: 0.5, variational: 0, dropout: 0.1 }, opened, resolveSettings())
  expect(like.config.dropout).toBe(0.1)
  expect(like.config.layers[1]).toMatchObject({
    zoneout: { c: 0.5, h: 0.5 },
    residual: true,
    weightDropout: 0.5,
  })
  expect(like.config.layers[1]).not.toHaveProperty('stateDropout')
  expect([...like.parameters]).toEqual([...model.parameters])
  const same = await modelLike({ embeddingDropout: 0, zoneout: 0.125 }, opened, resolveSettings())
  expect(same.config).toEqual(model.config)
  await expect(modelLike({ norm: false }, opened, resolveSettings())).rejects.toThrow('norm (true, now none)')
})

const forked = {
  branches: [{ cell: 'gru', hidden: 3 }, { cell: 'lstm' }],
  hidden: 5,
  layers: 2,
  join: 'concat',
  dense: [
    { units: 7, activation: 'relu' },
    { units: 4, activation: 'tanh' },
  ],
} as const satisfies ModelFlags

test('branches read the same, and dense layers stand behind all others', async () => {
  const { config, parameters } = await newModel({ ...forked, dropout: 0.25, zoneout: 0.125 })
  const [first, second, third] = config.layers
  expect(first).toMatchObject({
    branches: [
      [
        { name: 'gru', sizes: { hidden: 3 }, dropout: 0.25, zoneout: { h: 0.125 } },
        { name: 'gru', sizes: { hidden: 3 } },
      ],
      [{ name: 'lstm', sizes: { hidden: 5 } }, { name: 'lstm' }],
    ],
  })
  expect([second, third]).toMatchObject([{ sizes: { units: 7 } }, { sizes: { units: 4 } }])
  expect(parameters.get('layers.1.W')!.shape).toEqual([7, 8])
  expect(parameters.get('head.W')!.shape).toEqual([3, 4])
  expect(modelText(await newModel(forked))).toBe('[2 × gru(3) | 2 × lstm(5)] + dense(7) + dense(4)')
  expect(
    (await newModel({ ...forked, branches: [{ cell: 'gru' }, { cell: 'lstm' }], join: 'sum' })).config
      .layers[0],
  ).toMatchObject({ join: 'sum' })
  expect((await newModel({ hidden: 3, dense: forked.dense })).config.layers).toHaveLength(4)
  await expect(newModel({ ...forked, cell: 'gru' })).rejects.toThrow('--cell and --branches both name cells')
  await expect(newModel({ join: 'sum' })).rejects.toThrow('--join says how branches are joined')
})

test('a run of branches goes on with those alone', async () => {
  const { config } = await newModel({ ...forked, zoneout: 0.125 })
  expect(await modelDifferences(forked, config)).toEqual([])
  expect(await modelDifferences({ branches: forked.branches }, config)).toEqual([])
  expect(await modelDifferences({ cell: 'gru' }, config)).toEqual(['branches (gru:3,lstm:5, now none)'])
  expect(await modelDifferences({ ...forked, hidden: 3 }, config)).toEqual([
    'branches (gru:3,lstm:5, now gru:3,lstm:3)',
  ])
  expect(
    await modelDifferences(
      {
        layers: 2,
        zoneout: 0.125,
        branches: [
          { cell: 'gru', hidden: 3 },
          { cell: 'lstm', hidden: 5 },
        ],
      },
      config,
    ),
  ).toEqual([])
  const other = {
    branches: [{ cell: 'gru', hidden: 4 }],
    join: 'sum',
    dense: [{ units: 7, activation: 'tanh' }],
    zoneout: 0.5,
  } as const
  expect(await modelDifferences(other, config)).toEqual([
    'branches (gru:3,lstm:5, now gru:4)',
    'join (concat, now sum)',
    'dense (7:relu,4:tanh, now 7:tanh)',
    'zoneout ({"h":0.125}, now {"h":0.5})',
  ])
  const plain = (await newModel({ cell: 'gru', hidden: 4 })).config
  expect(
    await modelDifferences(
      { branches: [{ cell: 'gru', hidden: 4 }], dense: [{ units: 2, activation: 'relu' }] },
      plain,
    ),
  ).toEqual(['branches (none, now gru:4)', 'dense (none, now 2:relu)'])
  const before = await newModel(forked)
  const like = await modelLike({ zoneout: 0.25 }, { path: 'before', model: before }, resolveSettings())
  expect(like.config.layers[0]).toMatchObject({
    branches: [
      [{ zoneout: { h: 0.25 } }, {}],
      [{ zoneout: { c: 0.25 } }, {}],
    ],
  })
  expect(like.parameters.get('layers.1.W')!.data).toEqual(before.parameters.get('layers.1.W')!.data)
})

test('what branches and dense layers take is planned', async () => {
  const small = { hidden: 8, layers: 1, symbols: 20, batch: 4, window: 8 } as const
  const [one, more] = await Promise.all([
    reportPlan('gru', small),
    reportPlan('gru', {
      ...small,
      branches: [{ cell: 'lstm', hidden: 4 }],
      dense: [{ units: 6, activation: 'tanh' }],
    }),
  ])
  expect([one.stack, more.stack]).toEqual(['gru(8)', '[gru(8) | lstm(4)] + dense(6)'])
  expect(more.arena).toBeGreaterThan(one.arena)
  expect(planLines(more, styleFor(false))[0]).toBe('[gru(8) | lstm(4)] + dense(6): hidden 8, 20 symbols')
})
