import { expect, test } from 'vitest'
import { CommanderError } from 'commander'
import { SluiceError } from '../../src/core/errors.ts'
import { compile } from '../../src/equations/index.ts'
import { failureOf } from '../../src/cli/failure.ts'
import { type Streams, openOutput } from '../../src/cli/output.ts'

/** Streams that keep what is written, and can fail. */
function fakeStreams(isTTY: boolean) {
  const made = () => {
    const texts: string[] = []
    const listeners: ((error: NodeJS.ErrnoException) => void)[] = []
    const stream = {
      isTTY,
      columns: 20,
      write: (text: string) => texts.push(text),
      on: (_event: 'error', listener: (error: NodeJS.ErrnoException) => void) => listeners.push(listener),
    }
    return { texts, stream, fail: (error: Error) => listeners.forEach((listener) => listener(error)) }
  }
  const [out, err] = [made(), made()]
  const streams: Streams = { stdout: out.stream, stderr: err.stream, env: {} }
  return { out, err, streams }
}

test('with --json objects go to standard output and words to standard error', () => {
  const { out, err, streams } = fakeStreams(false)
  const output = openOutput({ json: true }, streams)
  output.record({ step: 1 })
  output.say('a line of news that is longer than the terminal')
  output.note('a note')
  expect(out.texts).toEqual(['{"step":1}\n'])
  expect(err.texts).toEqual(['a line of news that is longer than the terminal\n', 'a note\n'])
})

test('without it progress goes to standard output, folded in a terminal', () => {
  const { out, err, streams } = fakeStreams(true)
  const output = openOutput({}, streams)
  output.record({ step: 1 })
  output.say('a line of news that is long')
  output.note('a note')
  output.print(['a', 'a result that is long too'])
  expect(out.texts).toEqual(['a line of news that\nis long\n', 'a\na result that is\nlong too\n'])
  expect(err.texts).toEqual(['a note\n'])
  expect(output.style.dim('x')).toBe('\u001b[2mx\u001b[22m')
})

test('quiet is quiet', () => {
  const { out, err, streams } = fakeStreams(false)
  const output = openOutput({ quiet: true }, streams)
  output.say('news')
  output.note('a note')
  output.warn('a warning')
  expect([...out.texts, ...err.texts]).toEqual(['a warning\n'])
})

test('a stream that takes no more ends things', () => {
  const { out, streams } = fakeStreams(false)
  const { closed } = openOutput({}, streams)
  expect(closed.aborted).toBe(false)
  out.fail(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  expect(closed.aborted).toBe(true)
})

function thrown(task: () => unknown): unknown {
  try {
    task()
  } catch (error) {
    return error
  }
  return undefined
}

test('errors are told in one line, with an exit code that says whose they are', () => {
  const told = (error: unknown) => {
    const { exitCode, message } = failureOf(error)
    return [exitCode, message]
  }
  expect(told(new SluiceError('text-file/missing', { path: 'a.txt' }))).toEqual([
    1,
    'There is no file a.txt; check the path.',
  ])
  expect(told(new SluiceError('option-value/finite', { name: 'bf', value: 'x' }))).toEqual([
    2,
    'bf must be a finite number, not x.',
  ])
  expect(told(new SluiceError('usage/isa', { runtime: 'wasm' }))[0]).toBe(2)
  expect(told(new CommanderError(0, 'commander.helpDisplayed', ''))).toEqual([0, ''])
  expect(told(new TypeError('x is not a function'))).toEqual([
    1,
    'Internal error: x is not a function. Please report it.',
  ])
})

test('a mistake in equations comes with its place', () => {
  const error = thrown(() => compile("h' = tanh(W @ [h, x] + b", { name: 'mine' }))
  const { exitCode, excerpt, message } = failureOf(error)
  expect(exitCode).toBe(1)
  expect(excerpt.split('\n')).toEqual(["  1 | h' = tanh(W @ [h, x] + b", '    |          ^'])
  expect(message).toMatch(/^line 1, column 10: /)
  expect(failureOf(error, 22).excerpt.split('\n')).toEqual(["  1 | ' = tanh(W @ [h,", '    |         ^'])
})
