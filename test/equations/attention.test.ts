import { describe, expect, it } from 'vitest'
import { canonicalText, cellText, compile } from '../../src/equations/index.ts'
import { printStep } from '../../src/graph/index.ts'

const bahdanau = `
memory M: encoder
vector v: scores
context = attend_additive(W @ h, U @ M, M, v)
h' = tanh(Wh @ [x, context, h])
`

const luong = `
output a
memory M: encoder
h' = tanh(Wh @ [x, a, h])
context = attend(Wa @ h', M, M)
a' = tanh(Wc @ [context, h'])
`

describe('attention in the equation language', () => {
  it('reads a memory, its mask and its projection', () => {
    const cell = compile(bahdanau)
    expect(cell.sizes).toEqual(['input', 'hidden', 'scores', 'encoder', 'places'])
    expect(cell.step.memories).toEqual([{ name: 'M', values: 0, mask: 1 }])
    expect(printStep(cell.step)).toBe(
      [
        '%0 M [B,places,encoder] = input()',
        '%1 mask of M [B,places] = input()',
        '%2 x [B,input] = input()',
        '%3 h [B,hidden] = state()',
        '%4 W [scores,hidden] = parameter()',
        '%5 [B,scores] = product(%4, %3)',
        '%6 U [scores,encoder] = parameter()',
        '%7 [B,places,scores] = product(%6, %0)',
        '%8 v [scores] = parameter()',
        '%9 [B,places] = score_additive(%5, %7, %8)',
        '%10 context_weights [B,places] = attention_softmax(%9, %1)',
        '%11 context [B,encoder] = mix(%10, %0)',
        '%12 Wh [hidden,input + hidden + encoder] = parameter()',
        '%13 [B,input + hidden + encoder] = concat(%2, %11, %3)',
        '%14 [B,hidden] = product(%12, %13)',
        '%15 h [B,hidden] = tanh(%14)',
        "state h' = %15",
        'output h = %15',
      ].join('\n'),
    )
  })

  it('infers the size of a memory that is compared with a state', () => {
    const cell = compile("memory M\nh' = tanh(U @ x + attend(h, M, M))")
    expect(cell.sizes).toEqual(['input', 'hidden', 'places'])
    const { nodes } = cell.graph({ input: 2, hidden: 3, places: 5 })
    expect(nodes[0]!.type).toEqual({ extent: 'row', shape: [5, 3] })
  })

  it('traces the weights under the name of their equation', () => {
    const names = (text: string) => compile(text).step.traces.map(({ name }) => name)
    expect(names(luong)).toEqual(['h', 'context_weights', 'context', 'a'])
    expect(names("memory M, N\nread: h' = attend(h, M, M) + attend(x, N, N) + x")).toEqual([
      'read.h_weights',
      'read.h_weights_2',
      'read.h',
    ])
  })

  it('is the same cell in every spelling', () => {
    for (const text of [bahdanau, luong]) {
      const cell = compile(text)
      for (const spelling of ['plain', 'unicode', 'latex'] as const) {
        const again = compile(cellText(cell, spelling))
        expect(canonicalText(again.step)).toBe(canonicalText(cell.step))
      }
      expect(compile(cell.source).source).toBe(cell.source)
    }
  })

  it('is read as a textbook prints it', () => {
    const printed = String.raw`
      output a
      memory M: encoder
      h_t = \tanh(W_h [x_t, a_{t-1}, h_{t-1}])
      context_t = \operatorname{attend}(W_a h_t, M, M)
      a_t = \tanh(W_c [context_t, h_t])`
    const names = { W_h: 'Wh', W_a: 'Wa', W_c: 'Wc' }
    expect(canonicalText(compile(printed).step, names)).toBe(canonicalText(compile(luong).step))
  })
})
