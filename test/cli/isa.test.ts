import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Unsupported } from '../../src/core/errors.ts'
import { nativeSets } from '../../src/runtime/native/index.ts'
import { sluice, smallText } from './fixtures.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-isa-'))
  await writeFile(join(folder, 'whale.txt'), smallText())
})
afterAll(() => rm(folder, { recursive: true }))

function sets(): readonly string[] {
  try {
    return nativeSets()
  } catch (error) {
    if (error instanceof Unsupported) return [] // no compiler: a normal case
    throw error
  }
}

interface Doctored {
  readonly runtimes: readonly {
    readonly name: string
    readonly isa?: string
    readonly sets?: readonly string[]
  }[]
}

describe.skipIf(sets().length === 0)('--isa', () => {
  test('is what trains, and what every command takes', async () => {
    const small = ['--hidden', '8', '--layers', '1', '--batch', '4', '--window', '8', '--steps', '2']
    const trained = await sluice(folder, 'train', 'whale.txt', ...small, '--isa', 'baseline', '--json')
    expect(JSON.parse(trained.stdout.split('\n', 1)[0]!)).toMatchObject({
      runtime: 'native',
      isa: 'baseline',
    })
    for (const command of [
      ['sample', 'runs/whale', '--length', '5'],
      ['eval', 'runs/whale', 'whale.txt'],
    ]) {
      expect(await sluice(folder, ...command, '--isa', 'baseline')).toMatchObject({ code: 0, stderr: '' })
      const { code, stderr } = await sluice(folder, ...command, '--isa', 'mmx')
      expect(code).toBe(1)
      expect(stderr).toContain(`no instruction set 'mmx': it has ${sets().join(', ')}.`)
    }
  })

  test('of doctor names the choice among those of the processor', async () => {
    const found = async (...args: readonly string[]) => {
      const { stdout } = await sluice(folder, 'doctor', '--json', ...args)
      return (JSON.parse(stdout) as Doctored).runtimes[0]
    }
    expect(await found()).toMatchObject({ name: 'native', isa: sets().at(-1), sets: sets() })
    expect(await found('--isa', 'baseline')).toMatchObject({ isa: 'baseline', sets: sets() })
  })
})
