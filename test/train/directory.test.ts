import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { textFrom } from '../../src/data/index.ts'
import { nodeFiles } from '../../src/train/checkpoint-files.ts'
import { RunDirectory } from '../../src/train/directory.ts'
import { type TrainOptions, train } from '../../src/train/index.ts'
import { readModel } from '../../src/train/read-model.ts'
import { fakeModel, fakeRuntime, letters, pattern } from './fake.ts'

const vocabulary = letters(4)
const book = textFrom(pattern(120, 4), { vocabulary })
const settings = {
  batch: 3,
  window: 4,
  steps: 12,
  optimizer: 'momentum',
  checkpointEvery: 3,
  validateEvery: 4,
} as const

let path = ''
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'sluice-run-')), 'deep', 'run')
})
afterEach(() => rm(join(path, '../..'), { recursive: true }))

/** Trains in a directory, to the end or to an update, and gives the weights. */
async function trainIn(
  run: RunDirectory,
  options: Partial<TrainOptions> = {},
  last = Infinity,
): Promise<number[][]> {
  const model = fakeModel(vocabulary)
  const given = options.resume ? {} : settings
  try {
    const training = train(model, book, { ...given, runtime: fakeRuntime(), run, ...options })
    for await (const { step } of training) if (step === last) break
  } finally {
    await run.close()
  }
  return [...model.parameters.values()].map(({ data }) => [...data])
}

async function resumeIn(options: Partial<TrainOptions> = {}) {
  const { run, checkpoint, notes } = await RunDirectory.open(path)
  return { notes, checkpoint, weights: await trainIn(run, { resume: checkpoint, ...options }) }
}

const start = async (last?: number): Promise<number[][]> => trainIn(await RunDirectory.create(path), {}, last)

const names = async (folder = ''): Promise<string[]> => (await readdir(join(path, folder))).toSorted()

const index = async () => JSON.parse(await readFile(join(path, 'run.json'), 'utf8'))

/** Steps in the metrics. */
async function metrics(): Promise<number[]> {
  const lines = (await readFile(join(path, 'metrics.jsonl'), 'utf8')).trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line).step)
}

async function damage(name: string, file: string): Promise<void> {
  const whole = join(path, 'checkpoints', name, file)
  const bytes = await readFile(whole)
  bytes[bytes.length >> 1]! ^= 1
  await writeFile(whole, bytes)
}

const steps = (list: readonly string[]): number[] => list.map((name) => Number(name.slice(5, 13)))

describe('a run directory', () => {
  test('holds the last three checkpoints, the best, the metrics, and nothing else', async () => {
    await start()
    expect(await names()).toEqual(['checkpoints', 'metrics.jsonl', 'run.json'])
    const { format, last, earlier, best } = await index()
    expect(format).toBe(1)
    expect(steps([last, ...earlier])).toEqual([12, 9, 8])
    expect(new Set(await names('checkpoints'))).toEqual(new Set([...earlier, last, best]))
    expect(await names(`checkpoints/${last}`)).toEqual([
      'checkpoint.json',
      'model.safetensors',
      'training.safetensors',
    ])
    expect(await metrics()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  })

  test('shows its metrics between two checkpoints to those who watch', async () => {
    const run = await RunDirectory.create(path)
    const seen: number[][] = []
    const training = train(fakeModel(vocabulary), book, { ...settings, runtime: fakeRuntime(), run })
    for await (const { step } of training) {
      if (step !== 1 && step !== 7) continue
      await run.showMetrics()
      seen.push(await metrics())
    }
    await run.close()
    expect(seen).toEqual([[1], [1, 2, 3, 4, 5, 6, 7]])
    expect(await metrics()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  })

  test('holds a checkpoint from the start', async () => {
    await start(1)
    const { last, earlier } = await index()
    expect(steps([last, ...earlier])).toEqual([1, 0])
  })

  test.each([true, false])('continues to the same bits and metrics (float32: %s)', async (single) => {
    const runtime = fakeRuntime({ single })
    const expected = await trainIn(await RunDirectory.create(`${path}-whole`), { runtime })
    await trainIn(await RunDirectory.create(path), { runtime }, 5)
    const { weights, notes } = await resumeIn({ runtime })
    expect(weights).toEqual(expected)
    expect(notes).toEqual([])
    expect(await metrics()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  })

  test('drops metrics later than the checkpoint', async () => {
    await start(5)
    await writeFile(join(path, 'metrics.jsonl'), '{"step":6}\n{"ste', { flag: 'a' })
    await resumeIn()
    expect(await metrics()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  })

  test('continues where metrics were lost', async () => {
    await start(5)
    await rm(join(path, 'metrics.jsonl'))
    await resumeIn()
    expect(await metrics()).toEqual([6, 7, 8, 9, 10, 11, 12])
  })

  test('is not started twice', async () => {
    await start()
    await expect(RunDirectory.create(path)).rejects.toMatchObject({
      code: 'run-exists',
      message: `${path} already holds a run of 12 updates: resume it, or take another directory.`,
    })
    await expect(RunDirectory.open(`${path}-other`)).rejects.toMatchObject({ code: 'run-empty' })
    expect(await names()).not.toContain('lock')
  })

  test('is not started over a file of somebody else', async () => {
    await mkdir(path, { recursive: true })
    await writeFile(join(path, 'run.json'), '{"speed":"fast"}')
    await expect(RunDirectory.create(path)).rejects.toThrow('holds a run.json that is not of a run')
    await expect(RunDirectory.open(path)).rejects.toMatchObject({ code: 'run-empty' })
  })

  test('gives its best or last model, and so does a file alone', async () => {
    await start()
    const { last, best } = await index()
    for (const [which, name] of [
      ['last', last],
      ['best', best],
    ] as const) {
      const file = join(path, 'checkpoints', name, 'model.safetensors')
      const model = await readModel(path, which)
      expect(model).toEqual(await readModel(file))
      expect(model.config).toEqual({ name: 'fake', size: 4 })
      expect(model.vocabulary!.symbols).toEqual(['a', 'b', 'c', 'd'])
      expect(model.parameters.get('gain')!.shape).toEqual([4])
    }
    await expect(readModel(join(path, 'nothing'))).rejects.toMatchObject({ code: 'run-empty' })
    await expect(readModel(join(path, 'run.json'))).rejects.toMatchObject({ code: 'model-file' })
    expect(await readModel(join(path, 'checkpoints', last))).toEqual(await readModel(path, 'last'))
  })
})

describe('damage', () => {
  test.each(['checkpoint.json', 'model.safetensors', 'training.safetensors'])(
    'to %s of the last checkpoint falls back to the one before, and says so',
    async (file) => {
      const expected = await start()
      const { last, earlier } = await index()
      await damage(last, file)
      const { weights, checkpoint, notes } = await resumeIn()
      expect(steps([earlier[0]])[0]).toBe(checkpoint.progress.step)
      expect(notes).toEqual([
        `The checkpoint ${last} is damaged: ${file} is missing or was changed. The one before it is used.`,
      ])
      expect(weights).toEqual(expected)
      expect((await index()).last).not.toBe(earlier[0])
    },
  )

  test('to the best checkpoint forgets it, and sampling takes the last', async () => {
    const losses = [1, 2, 3]
    const runtime = fakeRuntime({ onRun: ({ mode }) => (mode === 'forward' ? losses.shift() : undefined) })
    await trainIn(await RunDirectory.create(path), {
      runtime,
      validateEvery: 4,
      validation: { fraction: 0.1 },
    })
    const { best } = await index()
    expect(steps([best])).toEqual([4])
    expect(await readModel(path, 'best')).not.toEqual(await readModel(path, 'last'))
    await rm(join(path, 'checkpoints', best, 'model.safetensors'))
    expect(await readModel(path, 'best')).toEqual(await readModel(path, 'last'))
    const { run } = await RunDirectory.open(path)
    expect(await run.bestModel()).toBeUndefined()
    await run.close()
  })

  test('to every checkpoint is an error', async () => {
    await start()
    for (const name of await names('checkpoints')) await damage(name, 'checkpoint.json')
    await expect(RunDirectory.open(path)).rejects.toMatchObject({ code: 'checkpoint-damaged' })
    expect(await names()).not.toContain('lock')
  })

  test.each([
    ['missing', undefined],
    ['damaged', ''],
    ['damaged', '{"last":"step-1"}'],
  ])('of a %s index is mended from the checkpoints', async (state, content) => {
    const expected = await start()
    await (content === undefined ? rm(join(path, 'run.json')) : writeFile(join(path, 'run.json'), content))
    await expect(RunDirectory.create(path)).rejects.toMatchObject({ code: 'run-exists' })
    const { weights, notes } = await resumeIn({ steps: 12 })
    expect(notes).toEqual([`${path}/run.json is ${state}; the checkpoints beside it are used.`])
    expect(weights).toEqual(expected)
  })

  test('of a later format is refused', async () => {
    await start()
    await writeFile(join(path, 'run.json'), JSON.stringify({ ...(await index()), format: 2 }))
    await expect(RunDirectory.open(path)).rejects.toMatchObject({ code: 'run-version' })
  })
})

describe('a lock', () => {
  test('keeps a second training out', async () => {
    const run = await RunDirectory.create(path)
    await expect(RunDirectory.create(path)).rejects.toMatchObject({
      code: 'run-locked',
      message: expect.stringContaining(`${path} is in use by process ${process.pid} on ${hostname()}`),
    })
    await run.close()
    await (await RunDirectory.create(path)).close()
  })

  test.each([
    ['a dead process', { pid: 2 ** 30, host: hostname() }],
    [
      'another process with the number of a dead one',
      { pid: process.pid, host: hostname(), started: 'earlier' },
    ],
    ['nobody, cut off while written', undefined],
  ])('of %s is broken', async (_who, holder) => {
    await mkdir(path, { recursive: true })
    await writeFile(join(path, 'lock'), holder ? JSON.stringify(holder) : '{"pi')
    const run = await RunDirectory.create(path)
    expect(JSON.parse(await readFile(join(path, 'lock'), 'utf8')).pid).toBe(process.pid)
    await run.close()
    expect(await readdir(dirname(path))).toEqual([]) // nothing was saved
  })

  test.runIf(process.platform === 'linux')(
    'of a killed process that nobody waited for is broken',
    async () => {
      // The shell turns into a sleep that never waits for the child it had: killed, the child stays as a zombie.
      const parent = spawn('sh', ['-c', 'sleep 20 & echo $!; exec sleep 20'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const [printed] = (await once(parent.stdout, 'data')) as [Buffer]
      const pid = Number(printed.toString())
      const read = (file: string): Promise<string> => readFile(`/proc/${file}`, 'utf8')
      const stat = async (): Promise<string[]> => (await read(`${pid}/stat`)).split(') ')[1]!.split(' ')
      const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))
      while ((await read(`${parent.pid}/comm`)).trim() !== 'sleep') await moment()
      process.kill(pid, 'SIGKILL')
      while ((await stat())[0] !== 'Z') await moment()
      const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
      await mkdir(path, { recursive: true })
      const holder = { pid, host: hostname(), started: `${boot} ${(await stat())[19]}` }
      await writeFile(join(path, 'lock'), JSON.stringify(holder))
      const run = await RunDirectory.create(path)
      expect(JSON.parse(await readFile(join(path, 'lock'), 'utf8')).pid).toBe(process.pid)
      await run.close()
      parent.kill()
    },
  )

  test('of another machine holds', async () => {
    await mkdir(path, { recursive: true })
    await writeFile(join(path, 'lock'), JSON.stringify({ pid: 1, host: 'elsewhere' }))
    await expect(RunDirectory.create(path)).rejects.toThrow('process 1 on elsewhere')
  })
})

describe('a bad disk', () => {
  const systemError = (code: string): Error => Object.assign(new Error(`${code}: failed`), { code })

  test.each([
    ['ENOSPC', 'disk-full', 'the disk is full. Free some space, then resume: the checkpoint step-0000000'],
    ['EROFS', 'disk-read-only', 'the disk is read-only. Make it writable, then resume'],
    ['EIO', 'disk', 'EIO: failed. Check the disk, then resume'],
  ])('that gives %s is told in one line, and loses nothing', async (code, kind, message) => {
    const expected = await trainIn(await RunDirectory.create(`${path}-whole`))
    const files = { ...nodeFiles }
    const run = await RunDirectory.create(path, files)
    files.write = (file, bytes) =>
      file.includes('step-00000006') ? Promise.reject(systemError(code)) : nodeFiles.write(file, bytes)
    await expect(trainIn(run)).rejects.toMatchObject({
      code: kind,
      message: expect.stringContaining(message),
    })
    expect((await resumeIn()).weights).toEqual(expected)
  })

  test('at the start says why there is no run', async () => {
    await mkdir(path, { recursive: true })
    await writeFile(join(path, 'file'), '')
    await expect(RunDirectory.create(join(path, 'file'))).rejects.toThrow('there is a file in its place')
    await expect(RunDirectory.create(join(path, 'file', 'run'))).rejects.toThrow(
      'a part of the path is a file',
    )
  })
})
