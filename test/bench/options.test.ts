import { describe, expect, test } from 'vitest'
import { UsageError, readOptions } from '../../bench/options.ts'

describe('options', () => {
  test('by default: everything', () => {
    const options = readOptions([])!
    expect(options.sections.join(' ')).toBe(
      'small medium classic tiny-1 tiny-8 forward sampling-512 sampling-128 cells layers busy start',
    )
    expect(options).toMatchObject({
      cells: undefined,
      runtimes: ['native', 'wasm'],
      sets: [undefined],
      threads: [1, 2],
      rivals: ['pytorch', 'tensorflow', 'jax', 'brain', 'onnxruntime'],
      seconds: 5,
      rounds: 5,
      json: false,
    })
  })

  test('lists are separated by commas', () => {
    const line =
      '--config classic,small --cell rnn --runtime wasm --isa avx2,baseline --threads 1,4 --seconds 0.5 --rounds 20 --json'
    expect(readOptions(line.split(' '))).toMatchObject({
      sections: ['small', 'classic'],
      cells: ['rnn'],
      runtimes: ['wasm'],
      sets: ['avx2', 'baseline'],
      threads: [1, 4],
      seconds: 0.5,
      rounds: 20,
      json: true,
    })
  })

  test('a name stands for all that start with it', () => {
    const { sections } = readOptions(['--config', 'tiny,sampling'])!
    expect(sections).toEqual(['tiny-1', 'tiny-8', 'sampling-512', 'sampling-128'])
    expect(readOptions(['--cell', 'all'])!.cells).toContain('user_lstm')
    expect(readOptions(['--rival', 'none'])!.rivals).toEqual([])
  })

  test('--help wants nothing measured', () => {
    expect(readOptions(['--help'])).toBeUndefined()
  })

  test.each([
    [['--config', 'huge'], '--config must be of small, medium, classic, tiny-1'],
    [['--config', 'small,'], "not ''"],
    [['--cell', 'lstm,'], "not ''"],
    [['--rival', 'lasagne'], "not 'lasagne'"],
    [['--threads', '1.5'], "--threads must be a whole number above 0, not '1.5'"],
    [['--rounds', '0'], "--rounds must be a whole number above 0, not '0'"],
    [['--seconds', 'x'], "--seconds must be a number above 0, not 'x'"],
    [['--fast'], "Unknown option '--fast'"],
  ])('refuses %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(UsageError)
    expect(() => readOptions(args)).toThrow(message)
  })
})
