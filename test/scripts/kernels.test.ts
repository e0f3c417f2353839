import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { instructionSets } from '../../scripts/kernels/flags.ts'
import { isFresh, keyOf, readSources, writeStamp } from '../../scripts/kernels/stamp.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-kernels-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

describe('instruction sets', () => {
  test('start with the one that every processor of the kind has', () => {
    expect(instructionSets('x64').map((set) => set.name)).toEqual([
      'baseline',
      'avx2',
      'avx512',
      'avx512bf16',
    ])
    expect(instructionSets('x64')[0]?.flags).toEqual([])
    expect(instructionSets('arm64').map((set) => set.name)).toEqual(['neon'])
    expect(instructionSets('riscv64').map((set) => set.name)).toEqual(['baseline'])
  })
})

describe('stamps', () => {
  test('a build is fresh with the same key and all its outputs', () => {
    expect(isFresh(folder, 'k')).toBe(false)
    writeStamp(folder, { key: 'k', compiler: 'c++ 1.0', outputs: ['a.wasm'] })
    expect(isFresh(folder, 'k')).toBe(false)
    writeFileSync(join(folder, 'a.wasm'), '')
    expect(isFresh(folder, 'k')).toBe(true)
    expect(isFresh(folder, 'other')).toBe(false)
  })

  test('the key follows the text of the C++ files and nothing else', () => {
    writeFileSync(join(folder, 'runtime.cpp'), 'int a;')
    writeFileSync(join(folder, 'tile.h'), 'int b;')
    writeFileSync(join(folder, 'README.md'), 'words')
    mkdirSync(join(folder, 'parts'))
    writeFileSync(join(folder, 'parts', 'scan.h'), 'int d;')
    const before = readSources(folder)
    expect(before).toEqual({ 'runtime.cpp': 'int a;', 'parts/scan.h': 'int d;', 'tile.h': 'int b;' })
    writeFileSync(join(folder, 'README.md'), 'other words')
    expect(keyOf(readSources(folder))).toBe(keyOf(before))
    writeFileSync(join(folder, 'tile.h'), 'int c;')
    expect(keyOf(readSources(folder))).not.toBe(keyOf(before))
  })

  test('a folder that is not there has no sources', () => {
    expect(readSources(join(folder, 'none'))).toEqual({})
  })
})
