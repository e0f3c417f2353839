import { describe, expect, test } from 'vitest'
import { onnxModel } from '../../bench/rivals/onnx/model.ts'
import { onnxNetwork, stateNames } from '../../bench/rivals/onnx/network.ts'
import { bytes, integer, message } from '../../bench/rivals/onnx/protobuf.ts'
import { configurationOf, symbols } from '../../bench/models.ts'
import { twinOf } from '../../bench/rivals/twin.ts'

/** Fields of a message in their order: numbers, or bytes. */
function read(content: Uint8Array): readonly (readonly [field: number, value: number | Uint8Array])[] {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = content[at++]!
      value += (byte % 128) * scale
      if (byte < 128) return value
    }
  }
  const fields: (readonly [number, number | Uint8Array])[] = []
  while (at < content.length) {
    const tag = varint()
    const value = varint()
    if (tag % 8 === 2) at += value
    fields.push([Math.floor(tag / 8), tag % 8 === 2 ? content.subarray(at - value, at) : value])
  }
  return fields
}

/** All values of one field. */
const all = (content: Uint8Array, field: number) =>
  read(content).flatMap(([found, value]) => (found === field ? [value] : []))
const inner = (content: Uint8Array, field: number) => all(content, field) as Uint8Array[]
const texts = (content: Uint8Array, field: number) =>
  inner(content, field).map((value) => new TextDecoder().decode(value))

describe('fields', () => {
  test('a number takes seven bits a byte, least first', () => {
    expect([...integer(1, 8)]).toEqual([0x08, 8])
    expect([...integer(20, 300)]).toEqual([0xa0, 0x01, 0xac, 0x02])
    expect(read(integer(3, 2 ** 40 + 5))).toEqual([[3, 2 ** 40 + 5]])
  })

  test('texts and messages have their length before them', () => {
    expect([...bytes(2, 'é')]).toEqual([0x12, 2, 0xc3, 0xa9])
    expect([...message(7, [integer(1, 1), bytes(2, 'x')])]).toEqual([0x3a, 5, 0x08, 1, 0x12, 1, 0x78])
    expect(read(bytes(1, new Uint8Array(200)))).toEqual([[1, new Uint8Array(200)]])
  })
})

test('a model names its operators, sizes and weights', async () => {
  const { twin } = await twinOf('peephole_lstm', configurationOf('forward'))
  const model = onnxModel(onnxNetwork('peephole_lstm', twin, { rows: 3, steps: 4, symbols }))
  expect(all(model, 1)).toEqual([8])
  expect(inner(model, 8).map((set) => read(set))).toEqual([[[2, 14]]])
  const graph = inner(model, 7)[0]!
  const nodes = inner(graph, 1)
  expect(nodes.map((node) => texts(node, 4)[0])).toEqual([
    'Gather',
    'LSTM',
    'Squeeze',
    'LSTM',
    'Squeeze',
    'Transpose',
    'MatMul',
    'Add',
  ])
  expect(texts(nodes[3]!, 1)).toEqual('sequence1 layer1.W layer1.R layer1.B  h1 c1 layer1.P'.split(' '))
  expect(texts(nodes[3]!, 2)).toEqual(['layer1.Y', 'h1 next', 'c1 next'])
  const [attribute] = inner(nodes[3]!, 5)
  expect([texts(attribute!, 1), all(attribute!, 3), all(attribute!, 20)]).toEqual([['hidden_size'], [6], [2]])
  const weights = inner(graph, 5).find((tensor) => texts(tensor, 8)[0] === 'layer1.P')!
  expect([all(weights, 1), all(weights, 2)]).toEqual([[1, 18], [1]])
  const peepholes = new Float32Array(inner(weights, 9)[0]!.slice().buffer)
  const { p } = twin.layers[1]!
  expect([...peepholes]).toEqual([...p.slice(0, 6), ...p.slice(12), ...p.slice(6, 12)])
  expect(inner(graph, 11).map((input) => texts(input, 1)[0])).toEqual([
    'tokens',
    ...stateNames('peephole_lstm', 2),
  ])
})
