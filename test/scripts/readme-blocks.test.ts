import { expect, test } from 'vitest'
import { codeBlocks } from '../../scripts/readme-blocks.ts'

const markdown = [
  '# Title',
  '',
  '```sh',
  'npm ci',
  'npm start',
  '```',
  '',
  'Text with ```inline``` fences.',
  '',
  '```ts skip',
  "const s = 'x'",
  '',
  '```',
  '```',
  'an untagged block with ```ts inside',
  '```',
].join('\n')

test('finds the tagged blocks with their lines and notes', () => {
  expect(codeBlocks(markdown)).toEqual([
    { language: 'sh', note: '', code: 'npm ci\nnpm start\n', line: 3 },
    { language: 'ts', note: 'skip', code: "const s = 'x'\n\n", line: 10 },
  ])
})

test('takes the languages asked for', () => {
  expect(codeBlocks(markdown, ['ts']).map((block) => block.line)).toEqual([10])
})

test('reads CRLF files', () => {
  expect(codeBlocks('```ts\r\nlet a = 1\r\n```\r\n')).toEqual([
    { language: 'ts', note: '', code: 'let a = 1\n', line: 1 },
  ])
})

test('names the line of a block that is never closed', () => {
  expect(() => codeBlocks('a\n```ts\nlet x = 1\n')).toThrow('line 2 is never closed')
})
