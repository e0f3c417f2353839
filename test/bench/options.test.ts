import { describe, expect, test } from 'vitest'
import { UsageError, readOptions } from '../../bench/options.ts'

describe('options', () => {
  test('by default: medium, three cells, both runtimes, one thread', () => {
    const options = readOptions([])!
    expect(options.configurations.map(({ name }) => name)).toEqual(['medium'])
    expect(options).toMatchObject({
      cells: ['lstm', 'gru', 'peephole_lstm'],
      runtimes: ['native', 'wasm'],
      sets: [undefined],
      threads: [1],
      seconds: 5,
      json: false,
    })
  })

  test('lists are separated by commas', () => {
    const line =
      '--config small,classic --cell rnn --runtime wasm --isa avx2,baseline --threads 1,2 --seconds 0.5 --json'
    const options = readOptions(line.split(' '))!
    expect(options.configurations.map(({ name }) => name)).toEqual(['small', 'classic'])
    expect(options).toMatchObject({
      cells: ['rnn'],
      runtimes: ['wasm'],
      sets: ['avx2', 'baseline'],
      threads: [1, 2],
      seconds: 0.5,
      json: true,
    })
    expect(readOptions(['--config', 'all'])!.configurations).toHaveLength(3)
  })

  test('--help wants nothing measured', () => {
    expect(readOptions(['--help'])).toBeUndefined()
  })

  test.each([
    [['--config', 'huge'], "--config must be of small, medium, classic, not 'huge'"],
    [['--cell', 'lstm,'], "not ''"],
    [['--threads', '1.5'], "--threads must be a whole number above 0, not '1.5'"],
    [['--seconds', 'x'], "--seconds must be a number above 0, not 'x'"],
    [['--fast'], "Unknown option '--fast'"],
  ])('refuses %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(UsageError)
    expect(() => readOptions(args)).toThrow(message)
  })
})
