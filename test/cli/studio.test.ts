import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type StudioServer, serveStudio } from '../../src/cli/studio/server.ts'
import { runNotes } from '../../src/cli/studio/notes.ts'
import { GrowingLines } from '../../src/cli/studio/metrics.ts'
import { cells } from '../../src/cells/index.ts'
import { textFrom } from '../../src/data/index.ts'
import { decodeModel } from '../../src/interop/index.ts'
import { model } from '../../src/model/index.ts'
import { reference } from '../../src/runtime/index.ts'
import { RunDirectory } from '../../src/train/directory.ts'
import { train } from '../../src/train/index.ts'

let folder = ''
let server: StudioServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-studio-'))
  await writeFile(join(folder, 'index.html'), '<title>studio</title>')
  await writeFile(join(folder, 'page.js'), 'let a')
  await writeFile(join(folder, 'secret.txt'), 'secret')
  const run = await RunDirectory.create(join(folder, 'one'))
  const text = textFrom('abcd'.repeat(20))
  const net = model({ input: text.vocabulary, layers: [cells.rnn(3)] })
  for await (const step of train(net, text, { batch: 2, window: 4, steps: 3, runtime: reference, run }))
    void step
  await run.close()
  server = await serveStudio({ folder, runs: [join(folder, 'one'), join(folder, 'none')], port: 0 })
})
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

/** Reads the metrics of all runs until some step has come; gives all steps that came. */
async function steps(last: number): Promise<readonly number[]> {
  const controller = new AbortController()
  const response = await fetch(`${server.url}api/metrics`, { signal: controller.signal })
  let text = ''
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    text += part
    if (text.includes(`{"step":${last}`) && text.endsWith('\n\n')) break
  }
  controller.abort()
  const lines = text
    .trimEnd()
    .split('\n\n')
    .map((line) => JSON.parse(line.slice(6)) as { run: string; points: { step: number }[] })
  expect(new Set(lines.map(({ run }) => run))).toEqual(new Set(['one']))
  return lines.flatMap(({ points }) => points.map(({ step }) => step))
}

describe('the server of the studio', () => {
  test('gives the page headers that let it share memory and keep it to itself', async () => {
    const response = await fetch(server.url)
    expect(await response.text()).toBe('<title>studio</title>')
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'")
    expect((await fetch(`${server.url}page.js`)).headers.get('content-type')).toContain('text/javascript')
  })

  test.each(['secret.txt', '..%2fsecret.js', 'a/page.js', 'missing.js', 'api/runs/two/model'])(
    'gives out nothing else: %s',
    async (path) => {
      expect((await fetch(server.url + path)).status).toBe(404)
    },
  )

  test('does not answer to the name of another site', async () => {
    const status = await new Promise((done) => {
      const { port } = new URL(server.url)
      const call = request({ port, host: 'localhost', headers: { Host: 'evil.example' } }, (response) =>
        done(response.statusCode),
      )
      call.end()
    })
    expect(status).toBe(403)
  })

  test('lists the runs, and gives their models', async () => {
    expect(await (await fetch(`${server.url}api/runs`)).json()).toEqual(['one', 'none'])
    const response = await fetch(`${server.url}api/runs/one/model`)
    const { vocabulary } = decodeModel(new Uint8Array(await response.arrayBuffer()))
    expect(vocabulary?.symbols).toEqual(['a', 'b', 'c', 'd'])
  })

  test('says why a model does not load', async () => {
    const response = await fetch(`${server.url}api/runs/none/model`)
    expect(response.status).toBe(422)
    expect(await response.text()).toContain('none')
  })

  test('tells the metrics that there are, and those that come', async () => {
    expect(await steps(3)).toEqual([1, 2, 3])
    const all = steps(4)
    await appendFile(join(folder, 'one/metrics.jsonl'), '{"st\n\n[]\n{"step":4,"loss":1}\n')
    expect(await all).toEqual([1, 2, 3, 4])
  })

  test('names runs apart', async () => {
    const paths = ['a/x', 'x-2', 'b/x', 'a/x']
    const other = await serveStudio({ folder, runs: paths, port: 0 })
    expect(await (await fetch(`${other.url}api/runs`)).json()).toEqual(['x', 'x-2', 'x-3', 'x-4'])
    other.close()
  })

  test('shows a run that has no model yet, and says so', async () => {
    expect(await runNotes(join(folder, 'one'))).toEqual([])
    await mkdir(join(folder, 'young'))
    await expect(runNotes(join(folder, 'young'))).rejects.toMatchObject({ code: 'run-empty' })
    await writeFile(join(folder, 'young/metrics.jsonl'), '')
    expect(await runNotes(join(folder, 'young'))).toEqual([expect.stringContaining('young')])
  })

  test('is refused a port that another has', async () => {
    const port = Number(new URL(server.url).port)
    await expect(serveStudio({ folder, runs: [], port })).rejects.toMatchObject({ code: 'studio-port' })
  })
})

describe('lines of a file that grows', () => {
  test('come once and whole, and again when the file was cut', async () => {
    const path = join(folder, 'grows.jsonl')
    const growing = new GrowingLines(path)
    expect(await growing.next()).toEqual({ lines: [], again: false })
    await writeFile(path, '1\n2\n3')
    expect(await growing.next()).toEqual({ lines: ['1', '2'], again: false })
    await appendFile(path, '4\n5\n')
    expect(await growing.next()).toEqual({ lines: ['34', '5'], again: false })
    await writeFile(path, '6\n')
    expect(await growing.next()).toEqual({ lines: ['6'], again: true })
  })
})
