import { describe, expect, it } from 'vitest'
import { type Program, reference } from '../../src/runtime/index.ts'
import { plan } from '../../src/plan/index.ts'
import { printPlan } from '../../src/plan/print.ts'
import {
  type Source,
  decoderData,
  decoderProgram,
  decoderShapes,
  decoders,
  translation,
} from './attention.ts'
import { cutResults, plannedResults } from './planned.ts'
import { type Data, type Results, difference, give, resultsOf } from './windows.ts'

async function interpreted(program: Program, data: Data): Promise<Results> {
  const executable = await reference.compile(program)
  give(executable, data)
  await executable.run({ steps: program.steps, mode: program.gradient ? 'gradients' : 'forward' })
  return resultsOf(executable, program)
}

async function expectSame(program: Program, data: Data): Promise<void> {
  const wanted = await interpreted(program, data)
  expect([...wanted.values()].every((numbers) => Array.from(numbers).every(Number.isFinite))).toBe(true)
  expect(difference(wanted, plannedResults(program, data), 1e-10)).toBe('')
  const cut = program.gradient ? await cutResults(program, data) : wanted
  expect(difference(wanted, cut, 1e-10)).toBe('')
}

const sources: readonly Source[] = ['mask', 'lengths', 'rows']

describe('cutting and planning keep the meaning of attention', () => {
  it.each(decoders)('%s', async (_name, cell) => {
    for (const [index, shape] of decoderShapes.entries()) {
      const program = decoderProgram(cell, shape, sources[index % 3]!)
      const { gradient, ...forward } = program
      const data = decoderData(program, index)
      await expectSame(program, data)
      await expectSame({ ...program, gradient: { ...gradient!, inputs: [] } }, data)
      await expectSame(forward, decoderData(forward, index))
    }
  })

  it('over an encoder', async () => {
    const program = translation({ rows: 3, steps: 4, places: 5 })
    await expectSame(program, decoderData(program, 1))
  })
})

describe('the plan', () => {
  it('of a decoder, whose memory is cut as its query is', () => {
    const [, cutCell] = decoders.find(([name]) => name === 'a query of several parts')!
    const program = decoderProgram(cutCell, decoderShapes[0]!, 'mask')
    const text = printPlan(plan({ graph: program.graph, gradient: { of: ['h'], inputs: ['M'] } }))
    expect(text).toMatchInlineSnapshot(`
      "scan V
      forward 0
        %5 [5] = V[0:5,0:5] @ x[0:5] + V[0:5,5:10] @ x[5:10]
      back 0
        stack of 2: 2 on d_output_y
          %6 [5] = V[0:5,5:10]^T @ d_output_y
          %7 [5] = V[0:5,0:5]^T @ d_output_y
      sum V[0:5,0:5] += d_output_y outer x[0:5]
      sum V[0:5,5:10] += d_output_y outer x[5:10]

      scan a query of several parts
      forward 0
        %19 [5] = Wh[0:5,0:5] @ x + Wh[0:5,5:10] @ h
        %14 [4] = score h M[0:4,0:5]
        %15 [4] = score x M[0:4,5:10]
        %23 [4] = score x M[0:4,0:5]
        %24 [4] = score h M[0:4,5:10]
        %16 = add %14 %15
        %25 = add %23 %24
      forward 1
        %17:context_weights [4] = attention_softmax %16 mask_of_M
        %26:h_weights [4] = attention_softmax %25 mask_of_M
      forward 2
        %18 [5] = mix %17 V_@_M
        %27 [5] = mix %26 M[0:4,0:5]
        %20 = add %19 %18
        %21 = tanh %20
        %28 = affine %27 0.5 0
        %29:h = add %21 %28
        %30:e = mul %18 x
        %31 = copy %29
      keeps %21
      back 0
        %32 = add3 d_next_h_by_products d_next_h d_output_h
        %33 = affine %32 0.5 0
        %43 = dtanh %32 %21
      back 1
        %50 [5] = Wh[0:5,5:10]^T @ %43
        %34 [4] = score %33 M[0:4,0:5]
        %35 [4] = row_outer %26 %33
        %44 [4] = score %43 V_@_M
        %45 [4] = row_outer %17 %43
      back 2
        %36 [4] = attention_softmax_gradient %26 %34
        %46 [4] = attention_softmax_gradient %17 %44
      back 3
        %37 [5] = mix %36 M[0:4,5:10]
        %38 [4] = row_outer %36 h
        %39 [4] = row_outer %36 x
        %47 [4] = row_outer %46 x
        %48 [5] = mix %46 M[0:4,0:5]
        %49 [4] = row_outer %46 h
        %51 = add %37 %48
      carry d_next_h_by_products = %50
      carry d_next_h = %51
      sum M[0:4,0:5] += %35
      sum M[0:4,0:5] += %39
      sum M[0:4,0:5] += %49
      sum M[0:4,5:10] += %38
      sum M[0:4,5:10] += %47
      sum V_@_M += %45
      sum Wh[0:5,0:5] += %43 outer x
      sum Wh[0:5,5:10] += %43 outer h"
    `)
  })

  it('of additive attention', () => {
    const [, additive] = decoders.find(([name]) => name === 'additive')!
    const program = decoderProgram(additive, decoderShapes[0]!, 'lengths')
    const text = printPlan(plan({ graph: program.graph, gradient: { of: ['h'], inputs: [] } }))
    expect(text).toMatchInlineSnapshot(`
      "scan U
      forward 0
        %3 [2] = U @ x

      scan additive
      forward 0
        %19 [2] = W @ h
      forward 1
        %20 [4] = score_additive %19 U_@_M v
      forward 2
        %21:context_weights [4] = attention_softmax %20 mask_of_M
      forward 3
        %22 [4] = mix %21 M
      forward 4
        stack of 2: 2 on x, 2 on %22, 2 on h
          %23 [5] = Wz[0:5,0:5] @ x + Wz[0:5,5:9] @ %22 + Wz[0:5,9:14] @ h
          %29 [5] = Wh[0:5,0:5] @ x + Wh[0:5,5:9] @ %22 + Wh[0:5,9:14] @ h + b
        %24:z = sigmoid %23
        %30 = tanh %29
        %32:h = lerp %24 h %30
        %33 = copy %32
      keeps %22, %30, %24:z, %19
      back 0
        %27 = affine %24 -1 1
        %34 = add3 d_next_h_by_products d_next_h d_output_h
        %39 = mul_dtanh %34 %27 %30
        %42 = mul %34 %24
        %43 = mul_sub %34 h %30
        %45 = dsigmoid %43 %24
      back 1
        %46 [4] = Wh[0:5,5:9]^T @ %39 + Wz[0:5,5:9]^T @ %45
      back 2
        %47 [4] = score %46 M
      back 3
        %48 [4] = attention_softmax_gradient %21 %47
      back 4
        %49 [2] = score_additive_query %19 U_@_M v %48
        %50 [4] = score_additive_keys %19 U_@_M v %48
        %51 [2] = score_additive_vector %19 U_@_M v %48
      back 5
        %52 [5] = Wh[0:5,9:14]^T @ %39 + Wz[0:5,9:14]^T @ %45 + W^T @ %49
      carry d_next_h_by_products = %52
      carry d_next_h = %42
      sum U_@_M += %50
      sum W += %49 outer h
      sum Wz[0:5,0:5] += %45 outer x
      sum Wz[0:5,5:9] += %45 outer %22
      sum Wz[0:5,9:14] += %45 outer h
      sum Wh[0:5,0:5] += %39 outer x
      sum Wh[0:5,5:9] += %39 outer %22
      sum Wh[0:5,9:14] += %39 outer h
      sum v += %51
      sum b += %39"
    `)
  })
})
